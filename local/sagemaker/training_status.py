"""Where a training is: its secondary statuses, and what of it is told in events."""

from typing import Any

from local import runtime
from local.sagemaker.job import Job

Json = dict[str, Any]

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
    "Uploading": "Uploading generated training model",
    "Completed": "Training job completed",
    "Failed": "Training job failed",
    "Stopping": "Stopping the training job",
    "Stopped": "Training job stopped",
    "MaxRuntimeExceeded": "Training job runtime exceeded MaxRuntimeInSeconds provided",
}
LAST = frozenset({"Completed", "Failed", "Stopped", "MaxRuntimeExceeded"})


def at(job: Job, status: str) -> Json:
    """Return the secondary status and its history for a training that comes to a status."""
    if status == "Stopped" and job.overtime:
        status = "MaxRuntimeExceeded"
    now = runtime.clock.now()
    past = [{"EndTime": now} | one for one in job.record.get("SecondaryStatusTransitions", [])]
    new = {"Status": status, "StartTime": now, "StatusMessage": MESSAGES[status]}
    if status in LAST:
        new["EndTime"] = now
    return {"SecondaryStatus": status, "SecondaryStatusTransitions": [*past, new]}


def detail(record: Json) -> Json:
    """Return an event's detail."""
    return {name: record[name] for name in IN_EVENT if name in record}
