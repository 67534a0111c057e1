"""Find a Terraform that is new enough, and the provider with or without network."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "terraform"
PROVIDER = "*/hashicorp/aws"  # below a mirror, whatever the name of its registry
# Where machines without network keep their providers.
MIRRORS = ("/opt/*", "/srv/*", "/usr/local/share/*", "/var/lib/*")


class TerraformError(Exception):
    """Terraform could not do what was asked; the text is for the user."""


def terraform() -> str:
    """Return the path of the installed Terraform, refusing one that is missing or too old."""
    wanted = _required_version()
    text = ".".join(map(str, wanted))
    path = shutil.which("terraform")
    if path is None:
        raise TerraformError(
            f"Terraform was not found: install version {text} or newer "
            "(https://developer.hashicorp.com/terraform/install) and put it on the PATH."
        )
    shown = subprocess.run(
        [path, "version", "-json"], capture_output=True, text=True, check=False, env=environment()
    )
    try:
        version = str(json.loads(shown.stdout)["terraform_version"])
    except (ValueError, KeyError) as error:
        raise TerraformError(
            f"{path} does not say its version: install Terraform {text}."
        ) from error
    if _numbers(version) < wanted:
        raise TerraformError(f"Terraform {version} is too old: install version {text} or newer.")
    return path


def environment() -> dict[str, str]:
    """Return the caller's environment without a CLI configuration that does not exist."""
    env = dict(os.environ)
    named = env.get("TF_CLI_CONFIG_FILE")
    if named is not None and not Path(named).is_file():
        del env["TF_CLI_CONFIG_FILE"]
    return env


def ways() -> Iterator[list[str]]:
    """Yield the options of `terraform init` to try, one after the other.

    A mirror that was named, or a configuration of the user's own, is the only way. Else local
    mirrors come before the registry: they answer at once, with and without network.
    """
    if named := os.environ.get("TF_PROVIDER_MIRROR"):
        yield [f"-plugin-dir={Path(named).resolve()}"]
        return
    configured = "TF_CLI_CONFIG_FILE" in environment() or "TF_CLI_ARGS_init" in os.environ
    if not configured and not (Path.home() / ".terraformrc").is_file():
        for pattern in MIRRORS:
            for folder in sorted(Path("/").glob(f"{pattern.strip('/')}/{PROVIDER}")):
                yield [f"-plugin-dir={folder.parents[2]}"]
    yield []


def not_found(log: str) -> TerraformError:
    """Return what to say when no way led to the provider."""
    if named := os.environ.get("TF_PROVIDER_MIRROR"):
        return TerraformError(
            f"TF_PROVIDER_MIRROR names {named}: no hashicorp/aws of the locked version is there."
        )
    return TerraformError(
        "Terraform found no hashicorp/aws provider: connect to the network, or set "
        f"TF_PROVIDER_MIRROR to the folder of a provider mirror that holds it ({log})."
    )


def _required_version() -> tuple[int, ...]:
    text = (SOURCE / "versions.tf").read_text()
    found = re.search(r'required_version\s*=\s*">=\s*([\d.]+)"', text)
    return _numbers(found[1]) if found else (1, 9)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])
