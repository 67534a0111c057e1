"""CloudWatch Logs from inside: what a Lambda, a task or a job prints becomes log events."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ministack.services import cloudwatch_logs

from local import runtime

Hook = Callable[[str, str, list[str]], None]

_hooks: list[Hook] = []


def register_hook(hook: Hook) -> None:
    """Let `hook(group, stream, lines)` see every written line (metrics in EMF are found so)."""
    _hooks.append(hook)


def write(group: str, stream: str, lines: list[str]) -> None:
    """Append lines to a log stream at the clock's time; makes group and stream if missing."""
    if not lines:
        return
    names = {"logGroupName": group, "logStreamName": stream}
    now = int(runtime.clock.now() * 1000)
    events = [{"timestamp": now, "message": line} for line in lines]
    if not _has_stream(group, stream):
        cloudwatch_logs._create_log_group(names)
        cloudwatch_logs._create_log_stream(names)
    cloudwatch_logs._put_log_events({**names, "logEvents": events})
    for hook in _hooks:
        hook(group, stream, lines)


def append(file: Path, lines: list[str]) -> None:
    """Append lines to a log file, each with the clock's time before it."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(runtime.clock.now()))
    with file.open("a") as out:
        out.writelines(f"{now} {line}\n" for line in lines)


def _has_stream(group: str, stream: str) -> bool:
    record: dict[str, Any] | None = cloudwatch_logs._log_groups.get(group)
    return record is not None and stream in record["streams"]
