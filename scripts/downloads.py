"""Digests of what builds download without a lock of its own: base images, the Kinesis connector.

The first build records a digest in downloads.lock.json, to be committed; later builds stop at any
other. To renew one, remove its entry and build. CodeBuild runs this too, with only the standard
library.
"""

import hashlib
import json
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "downloads.lock.json"


class DownloadError(Exception):
    """A download is not what was recorded; the message is for the user."""


def recorded(name: str) -> str | None:
    """Return the digest that was recorded, None before the first build."""
    digests: dict[str, str] = json.loads(LOCK.read_text()) if LOCK.is_file() else {}
    return digests.get(name)


def verify(name: str, digest: str) -> None:
    """Compare a digest with the recorded one, or record it; raises DownloadError."""
    expected = recorded(name)
    if expected is None:
        digests = json.loads(LOCK.read_text()) if LOCK.is_file() else {}
        LOCK.write_text(json.dumps(digests | {name: digest}, indent=2, sort_keys=True) + "\n")
        print(f"{name}: recorded {digest} in {LOCK.name}; commit it", flush=True)
    elif digest != expected:
        raise DownloadError(f"{name}: got {digest}, expected {expected} ({LOCK.name})")


def digest_of(file: Path) -> str:
    """Return the digest of a file."""
    with file.open("rb") as stream:
        return f"sha256:{hashlib.file_digest(stream, 'sha256').hexdigest()}"
