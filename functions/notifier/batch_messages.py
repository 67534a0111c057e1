"""Messages about batch scoring: failed runs, and files without predictions. Pure."""

import shlex
from collections.abc import Sequence

from common import batch_files
from common.training_workflow.execution import STOPPED
from notifier.alerts import Detail, LoopEvent
from notifier.message import Message

RUNBOOK = "Runbook: A batch scoring has failed"


def failed(event: LoopEvent, detail: Detail) -> Message:
    """Return the message about a run that failed or was stopped; it may have no known file."""
    names, count = detail["file_names"], detail["files"]
    what = "was stopped" if detail["status"] == STOPPED else "failed"
    return Message(
        f"Batch scoring {what}: {_first(names, count)}" if names else f"Batch scoring {what}",
        event.time,
        f"Do, when the cause below is removed: {_command(names, count, detail['folder'])}",
        (
            f"Reason: {detail['reason']}",
            _files(names, count),
            f"Run: {detail['execution_arn']}",
            RUNBOOK,
        ),
    )


def scored(event: LoopEvent, detail: Detail) -> Message | None:
    """Return the message about files of which every line was rejected; None if there are none."""
    count, names = detail.get("files_all_rejected", 0), detail.get("all_rejected", [])
    if not count:
        return None
    return Message(
        f"No predictions, all lines rejected: {_first(names, count)}",
        event.time,
        "Do: correct the file and upload it again; the reason of each line is in "
        f"{batch_files.rejected_key(names[0])}",
        (_files(names, count), f"Run: {detail['execution_arn']}", RUNBOOK),
    )


def _command(names: Sequence[str], count: int, folder: str) -> str:
    """Return the command that scores the files again, and no others if they share no folder."""
    if folder and count > 1:
        return f"evergreen batch run {shlex.quote(folder)}"
    if not names:
        return "evergreen batch run"
    command = f"evergreen batch run {shlex.quote(names[0])}"
    return command if count == 1 else f"{command}, and the same for each other file"


def _first(names: Sequence[str], count: int) -> str:
    return f"{names[0]} and {count - 1} more" if count > 1 else names[0]


def _files(names: Sequence[str], count: int) -> str:
    """Return the names in a paragraph; an event has only the first of many."""
    more = f" and {count - len(names)} more" if count > len(names) else ""
    return f"Files: {', '.join(names)}{more}" if names else ""
