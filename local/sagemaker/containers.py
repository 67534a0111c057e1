"""A container as a process: its output goes to a file and to CloudWatch Logs, line by line."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from local import images, logs, processes, runtime


@dataclass(frozen=True, slots=True)
class Log:
    """Where a container's output goes."""

    group: str
    stream: str
    file: Path


def environment(image: str, role: images.Role, base: Path, *, isolated: bool) -> dict[str, str]:
    """Return a container's variables; an isolated one gets no credentials."""
    _, variables, _ = images.command(image, role)
    aws = {} if isolated else runtime.aws_environment()
    return {**variables, **aws, "SAGEMAKER_BASE_DIR": str(base)}


def start(argv: list[str], variables: dict[str, str], folder: Path) -> "subprocess.Popen[bytes]":
    """Start the program of an image in its folder."""
    return processes.spawn(argv, variables, folder, None)


def follow(proc: "subprocess.Popen[bytes]", log: Log, see: Callable[[str], None]) -> int:
    """Write each line to the log until the process ends -> exit code; `see` gets the lines too."""
    for raw in proc.stdout or ():
        line = raw.decode(errors="replace").rstrip("\n")
        logs.write(log.group, log.stream, [line])
        logs.append(log.file, [line])
        see(line)
    return proc.wait()
