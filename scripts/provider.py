"""Find Terraform and its AWS provider, also without network access."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from cli import root_modules

ROOT = root_modules.PROJECT
SOURCE = root_modules.FORECASTER
TABULAR = root_modules.TABULAR
DELIVERY = SOURCE / "delivery"  # who plans and applies the others
PROVIDER = "*/hashicorp/aws"  # in a mirror of any registry
# Common locations of provider mirrors on machines without network access.
MIRRORS = ("/opt/*", "/srv/*", "/usr/local/share/*", "/var/lib/*")


class TerraformError(Exception):
    """Terraform is missing or failed; the message is for the user."""


def terraform() -> str:
    """Return the path of Terraform; TerraformError if it is missing or too old."""
    return _found()[0]


def version() -> tuple[int, ...]:
    """Return the version of Terraform; TerraformError as `terraform`."""
    return _found()[1]


def _found() -> tuple[str, tuple[int, ...]]:
    minimum = _required_version()
    text = ".".join(map(str, minimum))
    path = shutil.which("terraform")
    if path is None:
        raise TerraformError(
            f"Terraform was not found: install version {text} or newer "
            "(https://developer.hashicorp.com/terraform/install) and put it on the PATH."
        )
    done = subprocess.run(
        [path, "version", "-json"], capture_output=True, text=True, check=False, env=environment()
    )
    try:
        found = str(json.loads(done.stdout)["terraform_version"])
    except (ValueError, KeyError) as error:
        raise TerraformError(
            f"{path} does not print its version: install Terraform {text} or newer."
        ) from error
    if _numbers(found) < minimum:
        raise TerraformError(f"Terraform {found} is too old: install version {text} or newer.")
    return path, _numbers(found)


def environment() -> dict[str, str]:
    """Return the shell's environment without a Terraform CLI configuration that does not exist."""
    env = dict(os.environ)
    file = env.get("TF_CLI_CONFIG_FILE")
    if file is not None and not Path(file).is_file():
        del env["TF_CLI_CONFIG_FILE"]
    return env


def init_options() -> Iterator[list[str]]:
    """Yield the options of `terraform init` that may find the provider, in order of preference.

    TF_PROVIDER_MIRROR or a Terraform CLI configuration is used alone; otherwise local mirrors come
    before the registry, because they need no network.
    """
    if mirror := os.environ.get("TF_PROVIDER_MIRROR"):
        yield [f"-plugin-dir={Path(mirror).resolve()}"]
        return
    configured = "TF_CLI_CONFIG_FILE" in environment() or "TF_CLI_ARGS_init" in os.environ
    if not configured and not (Path.home() / ".terraformrc").is_file():
        for pattern in MIRRORS:
            for folder in sorted(Path("/").glob(f"{pattern.strip('/')}/{PROVIDER}")):
                yield [f"-plugin-dir={folder.parents[2]}"]
    yield []


def not_found(log: str) -> TerraformError:
    """Return the error to raise when no option has found the provider."""
    if mirror := os.environ.get("TF_PROVIDER_MIRROR"):
        return TerraformError(
            f"TF_PROVIDER_MIRROR: got {mirror}, expected a provider mirror with the locked "
            "version of hashicorp/aws"
        )
    return TerraformError(
        "Terraform found no hashicorp/aws provider: connect to the network, or set "
        f"TF_PROVIDER_MIRROR to a provider mirror that has it ({log})."
    )


def _required_version() -> tuple[int, ...]:
    text = (SOURCE / "versions.tf").read_text()
    found = re.search(r'required_version\s*=\s*">=\s*([\d.]+)"', text)
    return _numbers(found[1]) if found else (1, 9)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])
