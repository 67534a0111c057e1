"""`evergreen rollback`: serve an earlier version in production again."""

from typing import Annotated

import typer

from cli.app import command, positive
from cli.aws import Json, operator
from cli.connection import Connection
from cli.errors import CommandError
from cli.queries.decisions import decisions
from cli.queries.pause import require_running
from cli.result import Result
from common.decisions import MODEL_DEPLOYED
from common.model_packages import deployment_input
from common.times import iso

Version = Annotated[
    int | None,
    typer.Argument(
        parser=positive, metavar="[VERSION]", help="Default: the older one that served last."
    ),
]
Comment = Annotated[str, typer.Option(help="Stored with the decision.")]


@command("rollback", "⑥ Serve an earlier version in production again, at once.", changes=True)
def rollback(
    connection: Connection,
    version: Version = None,
    comment: Comment = "rolled back with evergreen",
) -> Result:
    """Start a deployment of the version to production, without staging and approval."""
    require_running(connection)
    served = _served(decisions(connection))
    target = _choose(served, version)
    approval = {
        "by": operator(connection.clients),
        "path": "evergreen rollback",
        "comment": comment,
    }
    started = connection.clients("stepfunctions").start_execution(
        stateMachineArn=connection.outputs.state_machine_arn,
        name=f"rollback-{target['package_version']}-{connection.now:%Y%m%dT%H%M%SZ}",
        input=deployment_input(target["package_arn"], iso(connection.now), approval),
    )
    document = {
        "version": target["package_version"],
        "replaces": served[-1]["package_version"],
        "execution_arn": started["executionArn"],
        "comment": comment,
    }
    text = f"⑥ model {document['version']} replaces model {document['replaces']} in production."
    return Result(document, text)


def _served(log: list[Json]) -> list[Json]:
    """Return the deployments to production, oldest first."""
    details = [event["detail"] for event in log if event["detail-type"] == MODEL_DEPLOYED]
    return [detail for detail in details if detail["stage"] == "production"]


def _choose(served: list[Json], version: int | None) -> Json:
    """Return the newest deployment of the version; CommandError if there is none.

    By default it is the older version that served last: a newer one was itself rolled back.
    """
    if not served:
        raise CommandError("no version has been in production yet")
    present = served[-1]["package_version"]
    earlier = {d["package_version"]: d for d in served if d["package_version"] != present}
    if not earlier:
        raise CommandError(f"model {present} is the only version that has been in production")
    known = ", ".join(map(str, sorted(earlier)))
    if version is None:
        older = (d for d in reversed(served) if d["package_version"] < present)
        if found := next(older, None):
            return found
        raise CommandError(
            f"no version older than model {present} has been in production; "
            f"VERSION: got none, expected one of those that have been: {known}"
        )
    if version not in earlier:
        raise CommandError(
            f"VERSION: got {version}, expected an earlier version in production: {known}"
        )
    return earlier[version]
