"""What holds after a run with faults."""

from itertools import pairwise
from typing import Any

from cli.aws import pages
from cli.connection import Connection, local_client
from cli.queries.models import packages
from cli.queries.services import dead_letters

# The statuses of a version about which something was decided.
DECIDED = ("Approved", "Rejected")


def inspect(connection: Connection) -> dict[str, Any]:
    """Return what the report of a run lacks: trainings with their ends, dead letters, versions."""
    sagemaker = connection.clients("sagemaker")
    name = connection.outputs.training_workflow_arn.rpartition("/")[2]
    executions = [
        sagemaker.describe_pipeline_execution(PipelineExecutionArn=item["PipelineExecutionArn"])
        for item in pages(
            sagemaker, "list_pipeline_executions", "PipelineExecutionSummaries", PipelineName=name
        )
    ]
    events = local_client("events", connection.target.url, connection.region)
    return {
        "rules": [
            rule["Name"]
            for bus in (connection.outputs.bus_name, "default")
            for rule in pages(events, "list_rules", "Rules", EventBusName=bus)
            if "EventPattern" in rule
        ],
        "trainings": sorted(
            (item["CreationTime"].isoformat(), item["LastModifiedTime"].isoformat())
            for item in executions
        ),
        "dead_letters": {row["queue"]: row["messages"] for row in dead_letters(connection)},
        "versions": {
            str(package["ModelPackageVersion"]): package["ModelApprovalStatus"]
            for package in packages(connection)
        },
    }


def failures(report: dict[str, Any], expected: int) -> list[str]:
    """Return the conditions that are not met; `expected` is the number of transactions."""
    return [
        *_transactions(report["transactions"], expected),
        *_trainings(report["trainings"]),
        *(
            f"version {version} is {status}: nobody decided on it"
            for version, status in report["versions"].items()
            if status not in DECIDED
        ),
        *_dead_letters(report),
        *(
            f"IAM denied {denial['action']} to {denial['principal']}"
            for denial in report["iam"]["denials"]
        ),
    ]


def _transactions(counted: dict[str, int], expected: int) -> list[str]:
    found = []
    for place in ("distinct", "in_features"):
        if counted[place] != expected:
            verb = "lost" if counted[place] < expected else "counted twice"
            number = abs(counted[place] - expected)
            found.append(f"{number:,} of {expected:,} transactions {verb} ({place})")
    return found


def _trainings(times: list[tuple[str, str]]) -> list[str]:
    return [
        f"two trainings at once: one from {first[0]} to {first[1]}, one from {second[0]}"
        for first, second in pairwise(times)
        if second[0] < first[1]
    ]


def _dead_letters(report: dict[str, Any]) -> list[str]:
    raised = {change["name"] for change in report["alarms"] if change["state"] == "ALARM"}
    return [
        f"{depth} messages in {queue} raised no alarm"
        for queue, depth in report["dead_letters"].items()
        if depth and queue not in raised
    ]
