"""The batch pipeline on a local AWS, with the settings of terraform/modules/batch."""

import json
from pathlib import Path
from typing import Any

from cli.connection import local_client
from common import batch_files
from sagemaker_pipelines.batch_scoring import pipeline

MODEL, BUCKET, REGION = "abalone", "large-batch", "eu-west-1"
ROLE = "arn:aws:iam::123456789012:role/large-batch"
IMAGE = f"123456789012.dkr.ecr.{REGION}.amazonaws.com/loop-forecaster:1"


def start(url: str, archive: Path, file: Path) -> str:
    """Create what a deployment has, upload the file, and start the pipeline; return its ARN."""
    s3, sagemaker = local_client("s3", url, REGION), local_client("sagemaker", url, REGION)
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    local_client("events", url, REGION).create_event_bus(Name=BUCKET)
    _create_role(url)
    input_key = f"{batch_files.INPUT}{file.name}"
    request = {"run_id": "large", "files": [{"key": input_key}]}
    key = batch_files.request_key("large")
    s3.put_object(Bucket=BUCKET, Key=key, Body=json.dumps(request).encode())
    s3.upload_file(str(archive), BUCKET, archive.name)
    s3.upload_file(str(file), BUCKET, input_key)
    sagemaker.create_pipeline(
        PipelineName=BUCKET,
        PipelineDefinition=json.dumps(_definition(url)),
        RoleArn=ROLE,
    )
    values = {
        "ModelPackageArn": _register(sagemaker, archive),
        "RequestKey": key,
        "StartTime": "2024-10-10T12:00:00Z",
    }
    parameters = [{"Name": name, "Value": value} for name, value in values.items()]
    started = sagemaker.start_pipeline_execution(
        PipelineName=BUCKET, PipelineParameters=parameters
    )
    return str(started["PipelineExecutionArn"])


def _create_role(url: str) -> None:
    iam, name = local_client("iam", url, REGION), ROLE.rpartition("/")[2]
    iam.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=_document(
            Action="sts:AssumeRole", Principal={"Service": "sagemaker.amazonaws.com"}
        ),
    )
    everything = _document(Action="*", Resource="*")
    iam.put_role_policy(RoleName=name, PolicyName="everything", PolicyDocument=everything)


def _document(**statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


def _register(sagemaker: Any, archive: Path) -> str:
    sagemaker.create_model_package_group(ModelPackageGroupName=BUCKET)
    package = sagemaker.create_model_package(
        ModelPackageGroupName=BUCKET,
        ModelApprovalStatus="Approved",
        InferenceSpecification={
            "Containers": [{"Image": IMAGE, "ModelDataUrl": f"s3://{BUCKET}/{archive.name}"}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
    )
    return str(package["ModelPackageArn"])


def _definition(url: str) -> dict[str, Any]:
    """Return the pipeline with the settings of modules/batch for a tabular model."""
    key = local_client("kms", url, REGION).create_key()["KeyMetadata"]["Arn"]
    values = {
        "Bucket": BUCKET,
        "ContentType": "text/csv",
        "EventBusName": BUCKET,
        "KmsKeyId": key,
        "Model": MODEL,
        "ProcessingImage": IMAGE,
        "RoleArn": ROLE,
    }
    document: dict[str, Any] = json.loads(pipeline.render_pipeline())
    for parameter in document["Parameters"]:
        if parameter["Name"] in values:
            parameter["DefaultValue"] = values[parameter["Name"]]
    for step in document["Steps"]:
        if step["Name"] == "Score":
            step["Arguments"] |= {"BatchStrategy": "MultiRecord", "MaxPayloadInMB": 1}
    return document
