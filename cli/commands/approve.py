"""`evergreen approve|reject`: decide on a pending approval."""

import json
from typing import Annotated

import typer

from cli.app import command, one_of, positive
from cli.aws import Json, operator
from cli.connection import Connection
from cli.errors import CommandError
from cli.queries.approvals import pending_approvals
from cli.queries.pause import require_running
from cli.queries.services import deployment, training
from cli.result import Result
from common import approval_tasks
from common.approval_tasks import NotWaitingError

STATUS = {True: "Approved", False: "Rejected"}
SIGNS = {"staging": "⑤", "production": "⑥"}


Version = Annotated[
    int | None,
    typer.Argument(
        parser=positive, metavar="[VERSION]", help="Model version; default: the only one."
    ),
]
Stage = Annotated[
    str | None,
    typer.Option(
        parser=one_of(*SIGNS), metavar="staging|production", help="Stage of the approval."
    ),
]
Comment = Annotated[str | None, typer.Option(help="Stored with the decision.")]


@command("approve", "⑤ ⑥ Approve a model that waits for staging or production.", changes=True)
def approve(
    connection: Connection,
    version: Version = None,
    stage: Stage = None,
    comment: Comment = None,
) -> Result:
    """Approve the pending approval that the arguments select."""
    require_running(connection)
    return _decide(connection, version, stage, comment, approved=True)


@command("reject", "⑤ ⑥ Reject a model that waits for staging or production.", changes=True)
def reject(
    connection: Connection,
    version: Version = None,
    stage: Stage = None,
    comment: Comment = None,
) -> Result:
    """Reject the pending approval that the arguments select."""
    return _decide(connection, version, stage, comment, approved=False)


def _decide(
    connection: Connection,
    version: int | None,
    stage: str | None,
    comment: str | None,
    *,
    approved: bool,
) -> Result:
    pending = pending_approvals(connection)
    if not pending:
        raise CommandError(f"no approval is pending{_under_way(connection)}")
    approval = _choose(pending, version, stage)
    text = comment or f"{STATUS[approved]} with evergreen"
    if "parameter" in approval:
        _complete_task(connection, approval, text, approved=approved)
    else:
        connection.clients("sagemaker").update_model_package(
            ModelPackageArn=approval["package_arn"],
            ModelApprovalStatus=STATUS[approved],
            ApprovalDescription=text[:1024],
        )
    document = {
        "decision": STATUS[approved].lower(),
        "stage": approval["stage"],
        "version": approval["version"],
        "comment": comment,
    }
    sign = SIGNS[approval["stage"]]
    return Result(document, f"{sign} {document['decision']} {_name(approval)}.")


def _choose(pending: list[Json], version: int | None, stage: str | None) -> Json:
    matching = [
        approval
        for approval in pending
        if version in {None, approval["version"]} and stage in {None, approval["stage"]}
    ]
    if len(matching) == 1:
        return matching[0]
    listed = "; ".join(f"{_name(approval)}, since {approval['since']}" for approval in pending)
    if not matching:
        raise CommandError(f"no such approval is pending. Pending: {listed}")
    raise CommandError(
        f"{len(matching)} approvals are pending: name a VERSION or --stage. Pending: {listed}"
    )


def _under_way(connection: Connection) -> str:
    """Return what may ask for an approval next, such as the deployment to staging."""
    if running := deployment(connection):
        return f": a deployment is at {running['state']}, since {running['started']}"
    if (newest := training(connection)) and newest["status"] == "Executing":
        return f": a training is at {newest['step']}, since {newest['started']}"
    return ""


def _complete_task(
    connection: Connection, approval: Json, comment: str, *, approved: bool
) -> None:
    ssm, states = connection.clients("ssm"), connection.clients("stepfunctions")
    stored = ssm.get_parameter(Name=approval["parameter"], WithDecryption=True)["Parameter"]
    token = json.loads(stored["Value"])["task_token"]
    answer = None
    if approved:
        by = operator(connection.clients)
        answer = {"by": by, "path": "evergreen approve", "comment": comment}
    try:
        approval_tasks.decide(
            ssm, states, approval["parameter"], token, approval=answer, reason=comment
        )
    except NotWaitingError as error:
        raise CommandError(
            f"the deployment no longer waits for {_name(approval)}: it timed out or was stopped. "
            "The pending approval was removed; to deploy the version, approve its model package "
            "in SageMaker again"
        ) from error


def _name(approval: Json) -> str:
    return f"model {approval['version']} for {approval['stage']}"
