"""A container as a process whose output goes to a file and to CloudWatch Logs, line by line."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from local import cloudwatch_logs, preloaded, processes, runtime
from local.containers import images


@dataclass(frozen=True, slots=True)
class Log:
    """The destination of a container's output."""

    group: str
    stream: str
    file: Path
    creates_group: bool = True  # otherwise the lines of a group that was deleted are lost


def sagemaker_environment(base: Path, key: str | None) -> dict[str, str]:
    """Return the environment of a SageMaker container with `base` as its /opt/ml.

    It has the credentials of a session, or none with network isolation.
    """
    aws = runtime.aws_environment(key) if key else {}
    return {**images.environment(), **aws, "SAGEMAKER_BASE_DIR": str(base)}


def start(argv: list[str], variables: dict[str, str]) -> processes.Process:
    """Start the program of a container; what it has started ends with it."""
    proc: processes.Process
    if preloaded.can_run(argv):
        proc = preloaded.Fork(argv, variables, images.PROJECT)
        processes.adopt(proc, variables.get("AWS_ACCESS_KEY_ID", ""))
    else:
        proc = processes.spawn(argv, variables, images.PROJECT, None)
    threading.Thread(target=_end_group, args=(proc,), daemon=True).start()
    return proc


def _end_group(proc: processes.Process) -> None:
    proc.wait()
    processes.stop(proc)


def follow(proc: processes.Process, log: Log, on_line: Callable[[str], None] | None = None) -> int:
    """Write each line of output to the log until the process ends -> exit code."""
    for raw in proc.stdout or ():
        line = raw.decode(errors="replace").rstrip("\n")
        cloudwatch_logs.write(
            log.group, log.stream, [line], log.file, creates_group=log.creates_group
        )
        if on_line is not None:
            on_line(line)
    return proc.wait()
