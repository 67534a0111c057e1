"""What is recorded about a run that failed or was stopped: of which files, and why. Pure."""

from collections.abc import Sequence
from typing import Any

from batch_starter.batch_events import RunEnded
from common.batch_files import MAX_NAMED
from common.batch_request import BatchRequest
from common.training_workflow.execution import STOPPED

STOPPED_BY = "it was stopped, by a person or by terraform destroy"


def detail(event: RunEnded, request: BatchRequest | None, failure: str) -> dict[str, Any]:
    """Return the detail of `Batch Failed`; `failure` is what SageMaker knows.

    `folder` is the folder that all files of the run are in. Without its request, such as that of
    an execution that was started by hand, a run has no files.
    """
    names = [file.name for file in request.files] if request else []
    stopped = event.detail.status == STOPPED
    return {
        "run_id": request.run_id if request else None,
        "execution_arn": event.detail.execution_arn,
        "status": event.detail.status,
        "reason": STOPPED_BY if stopped else failure,
        "files": len(names),
        "file_names": names[:MAX_NAMED],
        "folder": folder(names),
    }


def folder(names: Sequence[str]) -> str:
    """Return the longest folder that has all names, with its slash; empty if there is none."""
    parents = [name.split("/")[:-1] for name in names]
    common = []
    for level in zip(*parents, strict=False):
        if len(set(level)) > 1:
            break
        common.append(level[0])
    return "".join(f"{part}/" for part in common)
