"""The AWS that a command works on: the local AWS while it runs, else the account."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from cli.errors import CommandError

# Home of the local AWS that `make up` starts; independent of the current directory.
LOCAL_HOME = Path(__file__).resolve().parent.parent / ".evergreen" / "up"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
# Each selects an AWS; while a local AWS runs, the target is then ambiguous.
AWS_SETTINGS = (
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_PROFILE",
    "AWS_ENDPOINT_URL",
    "AWS_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
)


@dataclass(frozen=True, slots=True)
class Target:
    """An endpoint (empty: AWS itself), and the variables that select another AWS."""

    url: str = ""
    conflicts: tuple[str, ...] = ()

    @property
    def is_local(self) -> bool:
        """Whether the endpoint is on this machine."""
        return bool(self.url) and urlsplit(self.url).hostname in LOOPBACK


def choose(home: Path | None, target: str | None) -> Target:
    """Choose by --target, --home, EVERGREEN_HOME, the running local AWS, or AWS_ENDPOINT_URL.

    Raises CommandError (exit code 2) if --home and --target contradict each other, or if the
    local AWS has no readable record.
    """
    if target == "aws":
        if home is not None:
            raise CommandError("--home names a local AWS, --target aws does not", 2)
        return Target()
    if home is None and (text := environment("EVERGREEN_HOME")):
        home = Path(text)
    if home is not None:
        return Target(_recorded_url(home))
    if target == "local":
        return Target(_recorded_url(LOCAL_HOME))
    if (LOCAL_HOME / "server.json").is_file():
        url = _recorded_url(LOCAL_HOME)
        return Target(url, _conflicts(url))
    return Target(environment("AWS_ENDPOINT_URL"))


def environment(name: str) -> str:
    """Return an environment variable, empty if it is not set."""
    return os.environ.get(name, "")


def _conflicts(url: str) -> tuple[str, ...]:
    if _address(environment("AWS_ENDPOINT_URL")) == _address(url):
        return ()  # the shell was set up for the local AWS with `evergreen env`
    return tuple(name for name in AWS_SETTINGS if environment(name))


def _address(url: str) -> tuple[str | None, int | None]:
    parts = urlsplit(url)
    return ("loopback" if parts.hostname in LOOPBACK else parts.hostname), parts.port


def _recorded_url(home: Path) -> str:
    record = home / "server.json"
    try:
        return str(json.loads(record.read_text())["endpoint_url"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CommandError(f"no local AWS is running: {record} cannot be read", 2) from error
