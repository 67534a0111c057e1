"""Poller, endpoints, newest training execution, running deployment and dead-letter queues."""

from botocore.exceptions import ClientError

from cli.aws import Json, is_absent
from cli.connection import Connection
from cli.dead_letters.queue import queues
from common.endpoints import describe
from common.model_packages import served_version
from common.times import iso

STAGES = ("production", "staging")


def poller(connection: Connection) -> Json | None:
    """Return status, running and desired tasks of the poller's service; None without a service."""
    names = connection.outputs.poller
    if names is None:
        return None
    try:
        found = connection.clients("ecs").describe_services(
            cluster=names["cluster"], services=[names["service"]]
        )["services"]
    except ClientError as error:
        if is_absent(error):
            return None
        raise
    if not found:
        return None
    service = found[0]
    return {
        "status": service["status"],
        "running": service["runningCount"],
        "desired": service["desiredCount"],
    }


def endpoints(connection: Connection) -> list[Json]:
    """Return stage, endpoint, status, version and since of production and staging.

    The last three are None while the endpoint does not exist.
    """
    return [_endpoint(connection, stage) for stage in STAGES]


def _endpoint(connection: Connection, stage: str) -> Json:
    name = connection.outputs.endpoint_names[stage]
    row: Json = {"stage": stage, "endpoint": name, "status": None, "version": None, "since": None}
    if (endpoint := describe(connection.clients("sagemaker"), name)) is None:
        return row
    return row | {
        "status": endpoint["EndpointStatus"],
        "version": served_version(endpoint["EndpointConfigName"]),
        "since": iso(endpoint["LastModifiedTime"]),
    }


def training(connection: Connection) -> Json | None:
    """Return the newest training: execution_arn, status, started, step, failure; or None."""
    workflow = connection.workflow
    execution = next(workflow.listed(maximum=1), None)
    if execution is None:
        return None
    started = training_steps(connection, execution.arn)
    return {
        "execution_arn": execution.arn,
        "status": execution.status,
        "started": iso(execution.started),
        "step": started[-1]["name"] if started else None,
        # The execution itself says only that steps have failed.
        "failure": workflow.failure(execution.arn) if execution.failed else None,
    }


def training_steps(connection: Connection, arn: str) -> list[Json]:
    """Return name, status and failure of a training's steps in the order they started."""
    return [
        {"name": step.name, "status": step.status, "failure": step.failure}
        for step in connection.workflow.steps(arn)
    ]


def deployment(connection: Connection) -> Json | None:
    """Return the running deployment: execution_arn, started, state (such as WaitForStaging)."""
    states = connection.clients("stepfunctions")
    executions = states.list_executions(
        stateMachineArn=connection.outputs.state_machine_arn, statusFilter="RUNNING", maxResults=1
    )["executions"]
    if not executions:
        return None
    arn = executions[0]["executionArn"]
    history = states.get_execution_history(executionArn=arn, reverseOrder=True, maxResults=50)
    entered = (event.get("stateEnteredEventDetails") for event in history["events"])
    return {
        "execution_arn": arn,
        "started": iso(executions[0]["startDate"]),
        "state": next((details["name"] for details in entered if details), None),
    }


def dead_letters(connection: Connection) -> list[Json]:
    """Return queue, stage, and numbers of messages and hidden ones of each dead-letter queue."""
    return [
        {"queue": queue.name, "stage": queue.stage, **queue.counts()}
        for queue in queues(connection)
    ]
