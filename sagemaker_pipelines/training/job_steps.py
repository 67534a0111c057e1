"""Steps that run jobs, with the settings that all jobs of the training pipeline share."""

from collections.abc import Mapping, Sequence
from typing import Any

from common import training_runs
from sagemaker_pipelines.dsl import EXECUTION_ID, Expression, Join, Step
from sagemaker_pipelines.experiments import records
from sagemaker_pipelines.training import parameters as p

_STEP_RETRY = {
    "ExceptionType": ["Step.SERVICE_FAULT", "Step.THROTTLING"],
    "IntervalSeconds": 10,
    "BackoffRate": 2.0,
    "MaxAttempts": 5,
}
_JOB_RETRY = {
    "ExceptionType": [
        "SageMaker.JOB_INTERNAL_ERROR",
        "SageMaker.CAPACITY_ERROR",
        "SageMaker.RESOURCE_LIMIT",
    ],
    "IntervalSeconds": 60,
    "BackoffRate": 2.0,
    "MaxAttempts": 4,
}
STEP_RETRIES = {"RetryPolicies": [_STEP_RETRY]}
JOB_RETRIES = {"RetryPolicies": [_STEP_RETRY, _JOB_RETRY]}
# The arrays are small: more threads of NumPy and torch are slower, on a busy machine many times.
_ONE_THREAD = {"MKL_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
_STOP_AFTER_AN_HOUR = {"MaxRuntimeInSeconds": 3600}


def folder(name: str, root: str = "training") -> Join:
    """Return the S3 URI of a folder of this execution; its record is not below training/."""
    if name == records.OUTPUT:
        return Join("", ("s3://", p.BUCKET, f"/{training_runs.PREFIX}", EXECUTION_ID))
    return Join("/", ("s3:/", p.BUCKET, root, EXECUTION_ID, name))


def processing(
    name: str,
    script: str,
    arguments: Mapping[str, Expression | str],
    *,
    inputs: Mapping[str, Expression],
    outputs: Sequence[str],
    property_files: Sequence[str] = (),
    environment: Mapping[str, Expression] | None = None,
    files: Mapping[str, Expression] | None = None,
    root: str = "training",
) -> Step:
    """Return a step that runs a script of steps/; its property files are in the first output.

    `inputs` are the S3 URIs of folders, `files` those of single objects; outputs are below `root`.
    """
    request: dict[str, Any] = {
        "RoleArn": p.ROLE_ARN,
        "AppSpecification": {
            "ImageUri": p.PROCESSING_IMAGE,
            "ContainerEntrypoint": ["python", "-m", f"sagemaker_pipelines.steps.{script}"],
            "ContainerArguments": [
                word for option, value in arguments.items() for word in (f"--{option}", value)
            ],
        },
        "Environment": {**_ONE_THREAD, **(environment or {})},
        "ProcessingResources": {"ClusterConfig": _single_instance(p.PROCESSING_INSTANCE_TYPE)},
        "ProcessingOutputConfig": {
            "KmsKeyId": p.KMS_KEY_ID,
            "Outputs": [_processing_output(output, root) for output in outputs],
        },
        "StoppingCondition": _STOP_AFTER_AN_HOUR,
    }
    sources = {name: _prefix(uri) for name, uri in inputs.items()} | dict(files or {})
    if sources:
        request["ProcessingInputs"] = [_processing_input(*item) for item in sources.items()]
    read = [
        {"PropertyFileName": file, "OutputName": outputs[0], "FilePath": f"{file}.json"}
        for file in property_files
    ]
    return Step(
        name, "Processing", request, JOB_RETRIES | ({"PropertyFiles": read} if read else {})
    )


def _single_instance(instance_type: Expression) -> dict[str, Any]:
    return {
        "InstanceType": instance_type,
        "InstanceCount": 1,
        "VolumeSizeInGB": 30,
        "VolumeKmsKeyId": p.KMS_KEY_ID,
    }


def _processing_input(name: str, uri: Expression) -> dict[str, Any]:
    path = f"/opt/ml/processing/{name}"
    mode = {"S3DataType": "S3Prefix", "S3InputMode": "File"}
    return {"InputName": name, "S3Input": {"S3Uri": uri, "LocalPath": path, **mode}}


def _prefix(folder_uri: Expression) -> Join:
    """Return a prefix that does not match other folders whose names begin alike."""
    return Join("/", (folder_uri, ""))


def _processing_output(name: str, root: str) -> dict[str, Any]:
    path = f"/opt/ml/processing/{name}"
    target = {"S3Uri": folder(name, root), "LocalPath": path, "S3UploadMode": "EndOfJob"}
    return {"OutputName": name, "S3Output": target}


def training(
    name: str,
    image: Expression,
    hyperparameters: Mapping[str, Any],
    channels: Mapping[str, Expression],
    *,
    output: str,
    content_type: str = "json",
) -> Step:
    """Return a step that trains on channels (by default of JSON Lines), without network access."""
    parameters = {"HyperParameters": hyperparameters}
    request = _training_job(image, parameters, channels, output, content_type)
    return Step(name, "Training", request, JOB_RETRIES)


def tuning(
    name: str,
    image: Expression,
    hyperparameters: Mapping[str, Any],
    search: Mapping[str, Any],
    channels: Mapping[str, Expression],
    *,
    output: str,
) -> Step:
    """Return a step that searches hyperparameters (HyperParameterTuningJobConfig) by trainings."""
    parameters = {"StaticHyperParameters": hyperparameters}
    request = {
        "HyperParameterTuningJobConfig": search,
        "TrainingJobDefinition": _training_job(image, parameters, channels, output),
    }
    return Step(name, "Tuning", request, JOB_RETRIES)


def best_artifact(tuning: Step, output: str) -> Join:
    """Return the S3 URI of the model of the best training of a tuning step."""
    best = tuning.get("BestTrainingJob.TrainingJobName")
    return Join("/", (folder(output), best, "output/model.tar.gz"))


def best_hyperparameter(tuning: Step, name: str) -> Join:
    """Return the value of the best training; joined, because a map of texts takes no property."""
    return Join("", (tuning.get(f"BestTrainingJob.TunedHyperParameters['{name}']"),))


def _training_job(
    image: Expression,
    parameters: Mapping[str, Any],
    channels: Mapping[str, Expression],
    output: str,
    content_type: str = "json",
) -> dict[str, Any]:
    return {
        "RoleArn": p.ROLE_ARN,
        "AlgorithmSpecification": {"TrainingImage": image, "TrainingInputMode": "File"},
        **parameters,
        "InputDataConfig": [_channel(*item, content_type) for item in channels.items()],
        "OutputDataConfig": {"S3OutputPath": folder(output), "KmsKeyId": p.KMS_KEY_ID},
        "ResourceConfig": _single_instance(p.TRAINING_INSTANCE_TYPE),
        "StoppingCondition": _STOP_AFTER_AN_HOUR,
        "EnableNetworkIsolation": True,
    }


def _channel(name: str, uri: Expression, content_type: str) -> dict[str, Any]:
    source = {
        "S3DataType": "S3Prefix",
        "S3Uri": _prefix(uri),
        "S3DataDistributionType": "FullyReplicated",
    }
    return {
        "ChannelName": name,
        "ContentType": content_type,
        "DataSource": {"S3DataSource": source},
    }


def transform(
    name: str,
    model: Step,
    environment: Mapping[str, Expression],
    *,
    source: Expression,
    output: str,
) -> Step:
    """Return a batch transform of JSON Lines: one record per request, one line per response."""
    request = {
        "ModelName": model.get("ModelName"),
        "BatchStrategy": "SingleRecord",
        "Environment": environment,
        "TransformInput": {
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": _prefix(source)}},
            "ContentType": "application/jsonlines",
            "SplitType": "Line",
        },
        "TransformOutput": {
            "S3OutputPath": folder(output),
            "Accept": "application/jsonlines",
            "AssembleWith": "Line",
            "KmsKeyId": p.KMS_KEY_ID,
        },
        "TransformResources": {
            "InstanceType": p.PROCESSING_INSTANCE_TYPE,
            "InstanceCount": 1,
            "VolumeKmsKeyId": p.KMS_KEY_ID,
        },
    }
    return Step(name, "Transform", request, JOB_RETRIES)
