"""The secondary statuses of a training job and its events."""

from local import runtime
from local.sagemaker.api import Json
from local.sagemaker.jobs.job import Job

IN_EVENT = (
    "TrainingJobName",
    "TrainingJobArn",
    "ModelArtifacts",
    "TrainingJobStatus",
    "SecondaryStatus",
    "FailureReason",
    "HyperParameters",
    "AlgorithmSpecification",
    "RoleArn",
    "InputDataConfig",
    "OutputDataConfig",
    "ResourceConfig",
    "VpcConfig",
    "StoppingCondition",
    "CreationTime",
    "TrainingStartTime",
    "TrainingEndTime",
    "LastModifiedTime",
    "SecondaryStatusTransitions",
    "FinalMetricDataList",
)
MESSAGES = {
    "Starting": "Preparing the instances for training",
    "Downloading": "Downloading input data",
    "Training": "Training image download completed. Training in progress.",
    "Interrupted": "Training job interrupted: spot capacity is not available",
    "Uploading": "Uploading generated training model",
    "Completed": "Training job completed",
    "Failed": "Training job failed",
    "Stopping": "Stopping the training job",
    "Stopped": "Training job stopped",
    "MaxRuntimeExceeded": "Training job runtime exceeded MaxRuntimeInSeconds provided",
    "MaxWaitTimeExceeded": "Training job exceeded MaxWaitTimeInSeconds provided",
}
FINAL = frozenset({"Completed", "Failed", "Stopped", "MaxRuntimeExceeded", "MaxWaitTimeExceeded"})


def changes(job: Job, status: str) -> Json:
    """Return the secondary status and its history after a change of status."""
    if status == "Stopped" and job.timed_out:
        status = "MaxRuntimeExceeded"
    if status == "Stopped" and job.waited_too_long:
        status = "MaxWaitTimeExceeded"
    now = runtime.clock.now()
    transitions = job.record.get("SecondaryStatusTransitions", [])
    past = [{"EndTime": now} | transition for transition in transitions]
    new = {"Status": status, "StartTime": now, "StatusMessage": MESSAGES[status]}
    if status in FINAL:
        new["EndTime"] = now
    return {"SecondaryStatus": status, "SecondaryStatusTransitions": [*past, new]}


def event_detail(record: Json) -> Json:
    """Return the detail of an event."""
    return {name: record[name] for name in IN_EVENT if name in record}
