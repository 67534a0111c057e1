"""Which program a container image stands for: there is no Docker here, images run as processes."""

import os
import sys
from pathlib import Path
from typing import Literal

Role = Literal["train", "serve", "process", "run"]

PROJECT = Path(__file__).resolve().parent.parent


class UnknownImageError(Exception):
    """No program is known for the image."""


def repository(image_uri: str) -> str:
    """Return the repository's name without registry, tag and digest."""
    return image_uri.partition("@")[0].rpartition("/")[2].partition(":")[0]


def command(image_uri: str, role: Role) -> tuple[list[str], dict[str, str], Path]:
    """Return argv, base environment and folder of an image's program in one role.

    For role `process` argv is only the interpreter: the job's own entry point follows it
    (`entry_point`).
    """
    name = repository(image_uri)
    if name.endswith("-poller"):
        argv = [sys.executable, "-m", "poller"]
    elif name.endswith("-forecaster") or name == "forecasting-deepar":
        module = ["-m", "sagemaker_pipelines.container", role]
        argv = [sys.executable] if role == "process" else [sys.executable, *module]
    else:
        raise UnknownImageError(f"no program is known for image {image_uri}")
    return argv, base_environment(), PROJECT


def entry_point(words: list[str]) -> list[str]:
    """Return a job's own entry point with `python` and `python3` meaning our interpreter."""
    if words and Path(words[0]).name.rstrip("3") == "python":
        return [sys.executable, *words[1:]]
    return words


def base_environment() -> dict[str, str]:
    """Return what a container starts with: nothing of the host but where programs are found."""
    return {
        "PATH": os.pathsep.join(
            [str(Path(sys.executable).parent), "/usr/local/bin:/usr/bin:/bin"]
        ),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONPATH": str(PROJECT),
        "PYTHONUNBUFFERED": "1",
    }
