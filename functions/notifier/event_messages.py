"""Messages about decisions of the loop and failed jobs, one function for each event. Pure."""

from collections.abc import Callable

from common import decisions, failures, model_packages
from common.approval_tasks import REJECTED
from notifier import batch_messages
from notifier.alerts import Detail, LoopEvent
from notifier.message import Message

FAILED_JOB = "SageMaker Processing Job State Change"
ROLLBACK = "automatic rollback"  # path of an approval by functions/bake_judge
# Errors of deployments that people cause.
UNDECIDED = "States.Timeout"


def message(event: LoopEvent) -> Message | None:
    """Return the message about an event; None if a person need not know of it."""
    if event.kind not in WRITERS:
        text = f"{event.kind}: {event.detail}"
        return Message(event.kind, event.time, "Do: evergreen status", (text,))
    return WRITERS[event.kind](event, event.detail)


def _approval(event: LoopEvent, detail: Detail) -> Message:
    stage, version = detail["stage"], int(detail["package_version"])
    before = "It has passed its test on staging. " if stage == "production" else ""
    return Message(
        f"Approve model {version} for {stage}?",
        event.time,
        f"Do: evergreen approve {version} --stage {stage}",
        (
            f"Or: evergreen reject {version} --stage {stage}",
            f"Model {version} waits for a person. {before}`evergreen history` has its numbers "
            "beside those of the version in production.",
        ),
        version if stage == "production" else None,
    )


def _failed_deployment(event: LoopEvent, detail: Detail) -> Message:
    stage, error = detail["stage"], str(detail["error"])
    model = f"Model {model_packages.version(detail['package_arn'])}"
    cause = failures.reason(None, str(detail["cause"])) or ""
    rest = (f"Error: {error}: {cause}", "Runbook: A deployment has failed")
    if error == REJECTED:
        return Message(f"{model} was rejected", event.time, "Nothing has to be done.", (cause,))
    if error == UNDECIDED:
        action = (
            "Do: evergreen history; approve its package in SageMaker again if it should serve."
        )
        return Message(f"{model} was not approved in time", event.time, action, rest)
    return Message(
        f"{model} was not deployed to {stage}",
        event.time,
        "What served before still serves. Do: evergreen history",
        rest,
    )


def _deployed(event: LoopEvent, detail: Detail) -> Message | None:
    if detail["stage"] != "production":
        return None  # the request for approval follows
    model, approval = f"Model {detail['package_version']}", detail.get("approval") or {}
    by = f"Approved by {approval.get('by')}: {approval.get('comment')}" if approval else ""
    if approval.get("path") == ROLLBACK:
        return Message(
            f"Rolled back: {model} serves production again",
            event.time,
            "Nothing has to be done; evergreen history has the comparison.",
            (by, "Runbook: A version was rolled back"),
        )
    action = "If it becomes worse: evergreen rollback"
    return Message(f"{model} serves production", event.time, action, (by,))


def _failed_training(event: LoopEvent, detail: Detail) -> Message:
    return Message(
        "A training has failed",
        event.time,
        f"Next: {detail['next']}. Do: evergreen history",
        (f"Reason: {detail['reason']}", f"Training: {detail['execution_arn']}"),
    )


def _no_winner(event: LoopEvent, detail: Detail) -> Message | None:
    if detail.get("winner") is not None:
        return None
    return Message(
        "A training ended without a new version",
        event.time,
        "Nothing has to be done: the version in production stays.",
        (f"Reason: {detail['reason']}", f"Training: {detail['execution_arn']}"),
    )


def _skipped(event: LoopEvent, detail: Detail) -> Message | None:
    if not detail.get("invalid"):
        return None
    return Message(
        "No training starts: hyperparameters are invalid",
        event.time,
        "Do: evergreen hyperparameters set NAME VALUE",
        (f"Reason: {detail['reason']}",),
    )


def _failed_job(event: LoopEvent, detail: Detail) -> Message:
    name = detail["ProcessingJobName"]
    return Message(
        f"Job failed: {name}",
        event.time,
        "The next run follows its schedule. Do: read its log, /aws/sagemaker/ProcessingJobs",
        (f"Reason: {detail.get('FailureReason', 'none was given')}",),
    )


WRITERS: dict[str, Callable[[LoopEvent, Detail], Message | None]] = {
    decisions.APPROVAL_REQUESTED: _approval,
    decisions.BATCH_FAILED: batch_messages.failed,
    decisions.BATCH_SCORED: batch_messages.scored,
    decisions.DEPLOYMENT_FAILED: _failed_deployment,
    decisions.MODEL_DEPLOYED: _deployed,
    decisions.TRAINING_FAILED: _failed_training,
    decisions.TOURNAMENT_DECIDED: _no_winner,
    decisions.RETRAINING_SKIPPED: _skipped,
    FAILED_JOB: _failed_job,
}
