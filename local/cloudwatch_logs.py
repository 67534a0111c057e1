"""CloudWatch Logs: the output of functions, tasks and jobs as log events and as files."""

from collections.abc import Callable
from pathlib import Path

from local import ministack, runtime

Subscriber = Callable[[str, str, list[str]], None]

_subscribers: list[Subscriber] = []


def subscribe(subscriber: Subscriber) -> None:
    """Call `subscriber(group, stream, lines)` after every write (used to extract EMF metrics)."""
    _subscribers.append(subscriber)


def write(
    group: str,
    stream: str,
    lines: list[str],
    file: Path | None = None,
    *,
    creates_group: bool = True,
) -> None:
    """Append lines to a log stream, created if needed, and to a file, at the time of the clock.

    Without `creates_group` a group that does not exist gets no lines.
    """
    if not lines:
        return
    names = {"logGroupName": group, "logStreamName": stream}
    now = runtime.clock.now()
    events = [{"timestamp": int(now * 1000), "message": line} for line in lines]
    if creates_group or ministack.log_groups.get(group) is not None:
        if stream not in (ministack.log_groups.get(group) or {"streams": ()})["streams"]:
            ministack.create_log_group(names)
            ministack.create_log_stream(names)
        ministack.put_log_events({**names, "logEvents": events})
    for subscriber in _subscribers:
        subscriber(group, stream, lines)
    if file is not None:
        with file.open("a") as out:
            out.writelines(f"{runtime.iso(now)} {line}\n" for line in lines)
