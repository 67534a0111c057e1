"""The programs of container images, which run as processes without Docker."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Literal

from local import runtime

Role = Literal["train", "serve", "process", "run"]

PROJECT = Path(__file__).resolve().parents[2]


class UnknownImageError(Exception):
    """No program is known for the image."""


def program(image_uri: str, role: Role) -> list[str]:
    """Return the command of an image in one role; raises UnknownImageError.

    For the role `process` it is only the interpreter, which the job's entry point follows.
    """
    name = image_uri.partition("@")[0].rpartition("/")[2].partition(":")[0]
    if name.endswith("-poller"):
        return [sys.executable, "-m", "poller"]
    if name.endswith("-forecaster") or name == "forecasting-deepar":
        if role == "process":
            return [sys.executable]
        options = ["--host", "127.0.0.1"] if role == "serve" else []
        return [sys.executable, "-m", "sagemaker_pipelines.container", role, *options]
    raise UnknownImageError(
        f"image: got {image_uri!r}, expected a repository …-poller, …-forecaster or "
        "forecasting-deepar"
    )


def entry_point(command: list[str]) -> list[str]:
    """Return a job's own entry point, with `python` and `python3` as this interpreter."""
    if command and Path(command[0]).name.rstrip("3") == "python":
        return [sys.executable, *command[1:]]
    return command


def environment() -> dict[str, str]:
    """Return the environment of all containers, with only the CPU settings of the host."""
    return {
        **runtime.host_environment(),
        "PATH": os.pathsep.join(
            [str(Path(sys.executable).parent), "/usr/local/bin:/usr/bin:/bin"]
        ),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONPATH": os.pathsep.join([str(PROJECT), str(PROJECT / "functions")]),
        "PYTHONUNBUFFERED": "1",
        **_commit(),
    }


@cache
def _commit() -> dict[str, str]:
    """Return the variable with which the Dockerfile names the commit, empty without git."""
    command = ["git", "describe", "--always", "--abbrev=40", "--dirty", "--exclude=*"]
    try:
        done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return {}
    return {"EVERGREEN_COMMIT": done.stdout.strip()}
