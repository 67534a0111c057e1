"""The batch pipeline: files -> predictions by a version of the registry.

    PrepareBatch ─▶ CheckAccepted ─ some ▶ CreateModel ▶ Score ▶ Collect
                          └──────── none ▶ CollectRejected

PrepareBatch writes the lines that the model accepts to parts of bounded size, which the instances
of Score share; Collect joins the predictions in the order of the lines, and writes the manifest of
each file last. An execution works below s3://<bucket>/batch-runs/<execution id>/.
"""

from sagemaker_pipelines.dsl import (
    EXECUTION_ARN,
    Expression,
    Parameter,
    Step,
    definition,
)
from sagemaker_pipelines.training import job_steps
from sagemaker_pipelines.training import parameters as p

ROOT = "batch-runs"

PACKAGE_ARN = Parameter("ModelPackageArn")
REQUEST_KEY = Parameter("RequestKey")
START_TIME = Parameter("StartTime")  # ISO 8601, UTC: of the event that requested the run
MODEL = Parameter("Model", "forecaster")  # or the name of a tabular model
CONTENT_TYPE = Parameter("ContentType", "application/jsonlines")
INFERENCE_CONFIG = Parameter("InferenceConfig", "{}")  # DEEPAR_INFERENCE_CONFIG of the forecaster
PARAMETERS = (
    *(PACKAGE_ARN, REQUEST_KEY, START_TIME, MODEL, CONTENT_TYPE, INFERENCE_CONFIG),
    *(p.ROLE_ARN, p.KMS_KEY_ID, p.BUCKET, p.EVENT_BUS_NAME, p.PROCESSING_IMAGE),
    p.PROCESSING_INSTANCE_TYPE,
)

prepare = job_steps.processing(
    "PrepareBatch",
    "prepare_batch",
    {"bucket": p.BUCKET, "request-key": REQUEST_KEY, "model": MODEL},
    inputs={},
    outputs=("summary", "lines", "rejected"),
    property_files=("batch",),
    root=ROOT,
)

create_model = Step(
    "CreateModel",
    "Model",
    {
        "ExecutionRoleArn": p.ROLE_ARN,
        "PrimaryContainer": {"ModelPackageName": PACKAGE_ARN},
        "EnableNetworkIsolation": True,
    },
    job_steps.STEP_RETRIES,
)

# Terraform sets the number of instances and the strategy: the API takes no parameters for them.
score = Step(
    "Score",
    "Transform",
    {
        "ModelName": create_model.get("ModelName"),
        "BatchStrategy": "SingleRecord",
        "Environment": {"DEEPAR_INFERENCE_CONFIG": INFERENCE_CONFIG},
        "TransformInput": {
            "DataSource": {
                "S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": prepare.output("lines")}
            },
            "ContentType": CONTENT_TYPE,
            "SplitType": "Line",
        },
        "TransformOutput": {
            "S3OutputPath": job_steps.folder("scored", ROOT),
            "Accept": CONTENT_TYPE,
            "AssembleWith": "Line",
            "KmsKeyId": p.KMS_KEY_ID,
        },
        "TransformResources": {
            "InstanceType": p.PROCESSING_INSTANCE_TYPE,
            "InstanceCount": 1,
            "VolumeKmsKeyId": p.KMS_KEY_ID,
        },
    },
    job_steps.JOB_RETRIES,
)


def _collect(name: str, scored: dict[str, Expression], model: dict[str, Expression]) -> Step:
    return job_steps.processing(
        name,
        "collect_batch",
        {
            "bucket": p.BUCKET,
            "request-key": REQUEST_KEY,
            "package": PACKAGE_ARN,
            "event-bus": p.EVENT_BUS_NAME,
            "execution": EXECUTION_ARN,
            "start-time": START_TIME,
            **model,
        },
        inputs={
            "summary": prepare.output("summary"),
            "rejected": prepare.output("rejected"),
            **scored,
        },
        outputs=(),
        root=ROOT,
    )


collect = _collect(
    "Collect",
    {"scored": score.get("TransformOutput.S3OutputPath")},
    {"model-name": create_model.get("ModelName")},
)

check_accepted = Step(
    "CheckAccepted",
    "Condition",
    {
        "Conditions": [
            {
                "Type": "GreaterThan",
                "LeftValue": prepare.value("batch", "accepted"),
                "RightValue": 0,
            }
        ],
        "IfSteps": [create_model],
        "ElseSteps": [_collect("CollectRejected", {}, {})],
    },
)


def render_pipeline() -> str:
    """Return the definition that Terraform reads."""
    return definition(PARAMETERS, [prepare, check_accepted, score, collect])
