"""What runs: poller, endpoints, the newest training, and queues of what failed for good."""

from botocore.exceptions import ClientError

from cli.reads.aws import Clients, Json, absent, iso, pages

STAGES = ("production", "staging")


def poller(clients: Clients, prefix: str) -> Json | None:
    """Return status, running and wanted tasks of the poller's service; None: there is none."""
    name = f"{prefix}-poller"
    try:
        found = clients("ecs").describe_services(cluster=name, services=[name])["services"]
    except ClientError as error:
        if absent(error):
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


def endpoints(clients: Clients, prefix: str) -> list[Json]:
    """Return name, status and model version of production and staging; None: not there."""
    return [_endpoint(clients, prefix, stage) for stage in STAGES]


def _endpoint(clients: Clients, prefix: str, stage: str) -> Json:
    name = f"{prefix}-{stage}"
    seen: Json = {"stage": stage, "endpoint": name, "status": None, "version": None, "since": None}
    try:
        endpoint = clients("sagemaker").describe_endpoint(EndpointName=name)
    except ClientError as error:
        if absent(error):
            return seen
        raise
    version = endpoint["EndpointConfigName"].rpartition("-v")[2]
    return seen | {
        "status": endpoint["EndpointStatus"],
        "version": int(version) if version.isdigit() else None,
        "since": iso(endpoint["LastModifiedTime"]),
    }


def training(clients: Clients, prefix: str) -> Json | None:
    """Return the newest training: execution_arn, status, started, step, failure (or None)."""
    try:
        answer = clients("sagemaker").list_pipeline_executions(
            PipelineName=f"{prefix}-training", SortBy="CreationTime", MaxResults=1
        )
    except ClientError as error:
        if absent(error):
            return None
        raise
    if not (executions := answer["PipelineExecutionSummaries"]):
        return None
    execution = executions[0]
    arn, started = execution["PipelineExecutionArn"], steps(clients, execution)
    return {
        "execution_arn": arn,
        "status": execution["PipelineExecutionStatus"],
        "started": iso(execution["StartTime"]),
        "step": started[-1]["name"] if started else None,
        "failure": execution.get("PipelineExecutionFailureReason"),
    }


def steps(clients: Clients, execution: Json) -> list[Json]:
    """Return name, status and failure of a training's steps, in the order in which they began."""
    found = pages(
        clients("sagemaker"),
        "list_pipeline_execution_steps",
        "PipelineExecutionSteps",
        PipelineExecutionArn=execution["PipelineExecutionArn"],
        SortOrder="Ascending",
    )
    return [
        {
            "name": step["StepName"],
            "status": step["StepStatus"],
            "failure": step.get("FailureReason"),
        }
        for step in found
    ]


def dead_letters(clients: Clients, prefix: str) -> list[Json]:
    """Return the depth of each queue of the deployment: all of them hold dead letters."""
    sqs = clients("sqs")
    urls = pages(sqs, "list_queues", "QueueUrls", QueueNamePrefix=f"{prefix}-")
    asked = ["ApproximateNumberOfMessages"]
    return [
        {
            "queue": url.rpartition("/")[2],
            "messages": int(
                sqs.get_queue_attributes(QueueUrl=url, AttributeNames=asked)["Attributes"][
                    asked[0]
                ]
            ),
        }
        for url in urls
    ]
