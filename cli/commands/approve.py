"""`evergreen approve|reject`: a person's answer to a model that waits."""

import argparse
import json
from typing import Any

from botocore.exceptions import ClientError

from cli.commands.outcome import Outcome
from cli.connection import Connection
from cli.errors import CommandError
from cli.reads.approvals import pending
from cli.reads.aws import Json

OVER = frozenset({"InvalidToken", "TaskDoesNotExist", "TaskTimedOut"})
STATUS = {True: "Approved", False: "Rejected"}


def add_to(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add both commands to the parser."""
    for name, approved in (("approve", True), ("reject", False)):
        parser = commands.add_parser(
            name, parents=[common], help=f"⑤ ⑥ {name} a model that waits for staging or production"
        )
        parser.add_argument(
            "version", nargs="?", type=int, metavar="VERSION", help="default: the only one waiting"
        )
        parser.add_argument("--stage", choices=("staging", "production"))
        parser.add_argument("--comment", help="kept with the answer")
        parser.set_defaults(run=run, approved=approved)


def run(connection: Connection, given: argparse.Namespace) -> Outcome:
    """Find the one approval that is meant, and answer it."""
    one = _choose(pending(connection.clients, connection.prefix), given)
    comment = given.comment or f"{STATUS[given.approved]} with evergreen"
    if "parameter" in one:
        _answer_deployment(connection, one, comment, approved=given.approved)
    else:
        connection.clients("sagemaker").update_model_package(
            ModelPackageArn=one["package_arn"],
            ModelApprovalStatus=STATUS[given.approved],
            ApprovalDescription=comment[:1024],
        )
    document = {
        "answer": STATUS[given.approved].lower(),
        "stage": one["stage"],
        "version": one["version"],
        "comment": given.comment,
    }
    sign = {"staging": "⑤", "production": "⑥"}[one["stage"]]
    return Outcome(document, f"{sign} {document['answer']} {_name(one)}.")


def _choose(waiting: list[Json], given: argparse.Namespace) -> Json:
    meant = [
        one
        for one in waiting
        if given.version in {None, one["version"]} and given.stage in {None, one["stage"]}
    ]
    if len(meant) == 1:
        return meant[0]
    listed = "; ".join(f"{_name(one)}, since {one['since']}" for one in waiting)
    if not waiting:
        raise CommandError("Nothing waits for approval.")
    if not meant:
        raise CommandError(f"What you named does not wait for approval. Waiting: {listed}.")
    raise CommandError(
        f"{len(meant)} approvals wait: name a VERSION or --stage. Waiting: {listed}."
    )


def _answer_deployment(connection: Connection, one: Json, comment: str, *, approved: bool) -> None:
    ssm, states = connection.clients("ssm"), connection.clients("stepfunctions")
    stored = ssm.get_parameter(Name=one["parameter"], WithDecryption=True)["Parameter"]
    token = json.loads(stored["Value"])["task_token"]
    try:
        if approved:
            output = json.dumps({"approved": True, "comment": comment})
            states.send_task_success(taskToken=token, output=output)
        else:
            states.send_task_failure(taskToken=token, error="ApprovalRejected", cause=comment)
    except ClientError as error:
        if error.response["Error"]["Code"] not in OVER:
            raise
        _remove(ssm, one)
        raise CommandError(
            f"The deployment no longer waits for {_name(one)}: it timed out or was stopped. The "
            "pending approval was removed; approving the model package in SageMaker again deploys "
            "it anew."
        ) from error
    _remove(ssm, one)


def _remove(ssm: Any, one: Json) -> None:
    try:
        ssm.delete_parameter(Name=one["parameter"])
    except ssm.exceptions.ParameterNotFound:
        return  # somebody else answered at the same moment


def _name(one: Json) -> str:
    return f"model {one['version']} for {one['stage']}"
