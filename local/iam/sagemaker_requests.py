"""The permissions that a request to SageMaker needs, by the Service Authorization Reference."""

import re
from typing import Any
from urllib.parse import unquote

from local import peers, runtime
from local.http_messages import Request
from local.iam.policies import Check
from local.iam.service_requests import UnknownRequestError

Json = dict[str, Any]

SERVICE = "sagemaker.amazonaws.com"
# Kinds of resources in ARNs, by the noun in the operation's name.
KINDS = {
    "Endpoint": "endpoint",
    "EndpointConfig": "endpoint-config",
    "FeatureGroup": "feature-group",
    "HyperParameterTuningJob": "hyper-parameter-tuning-job",
    "Model": "model",
    "ModelPackage": "model-package",
    "ModelPackageGroup": "model-package-group",
    "Pipeline": "pipeline",
    "ProcessingJob": "processing-job",
    "TrainingJob": "training-job",
    "TransformJob": "transform-job",
}
OPERATION = re.compile("(Create|Delete|Describe|Start|Stop|Update)(.+)")
# Operations whose resource is an execution.
BY_EXECUTION = {
    "DescribePipelineDefinitionForExecution",
    "DescribePipelineExecution",
    "ListPipelineExecutionSteps",
    "ListPipelineParametersForExecution",
    "RetryPipelineExecution",
    "StopPipelineExecution",
}
# Operations on a named resource whose noun does not say its kind.
BY_NAME = {
    "DeleteModelPackageGroupPolicy": ("model-package-group", "ModelPackageGroupName"),
    "GetModelPackageGroupPolicy": ("model-package-group", "ModelPackageGroupName"),
    "ListPipelineExecutions": ("pipeline", "PipelineName"),
    "PutModelPackageGroupPolicy": ("model-package-group", "ModelPackageGroupName"),
    "ListTrainingJobsForHyperParameterTuningJob": (
        "hyper-parameter-tuning-job",
        "HyperParameterTuningJobName",
    ),
    "StartPipelineExecution": ("pipeline", "PipelineName"),
    "UpdateEndpointWeightsAndCapacities": ("endpoint", "EndpointName"),
}
ROLES = ("RoleArn", "ExecutionRoleArn")


def checks(request: Request) -> list[Check]:
    """Return the permissions of a request to the control plane or to a runtime API."""
    if target := request.headers.get("x-amz-target"):
        return operation_checks(target.rpartition(".")[2], request.json())
    parts = [unquote(part) for part in request.path.split("/") if part]
    if parts[0] == "endpoints":
        return [Check("sagemaker:InvokeEndpoint", _arn("endpoint", parts[1]))]
    if parts[0] == "FeatureGroup":
        action = {"DELETE": "DeleteRecord", "GET": "GetRecord", "PUT": "PutRecord"}[request.method]
        return [Check(f"sagemaker:{action}", _arn("feature-group", parts[1]))]
    if parts[0] == "BatchGetRecord":
        groups = [entry["FeatureGroupName"] for entry in request.json().get("Identifiers", [])]
        return [Check("sagemaker:BatchGetRecord", _arn("feature-group", name)) for name in groups]
    raise UnknownRequestError(f"sagemaker {request.method} {request.path}")


def operation_checks(operation: str, body: Json) -> list[Check]:
    """Return the permissions of an operation of the control plane: its own and implied ones."""
    action = f"sagemaker:{operation}"
    resources = _resources(operation, body)
    found = [Check(action, resource, _conditions(body)) for resource in resources]
    if body.get("Tags") and operation.startswith(("Create", "Start")):
        found.append(Check("sagemaker:AddTags", resources[0]))
    if operation.startswith(("Create", "UpdatePipeline")):
        passed = {"iam:PassedToService": SERVICE}
        for part in (body, body.get("TrainingJobDefinition", {})):
            found += [Check("iam:PassRole", part[name], passed) for name in ROLES if name in part]
    rollback = (body.get("DeploymentConfig") or {}).get("AutoRollbackConfiguration") or {}
    for alarm in rollback.get("Alarms") or []:  # SageMaker reads their states as the caller
        found.append(Check("cloudwatch:DescribeAlarms", _alarm(alarm["AlarmName"])))
    if operation.startswith("Create"):
        for key in sorted(_volume_keys(body)):
            grant = {"kms:GrantIsForAWSResource": "true", "kms:ViaService": _via()}
            found += [Check("kms:CreateGrant", key, grant), Check("kms:DescribeKey", key)]
    return found


def _resources(operation: str, body: Json) -> list[str]:
    if operation in {"AddTags", "DeleteTags", "ListTags"}:
        return [body["ResourceArn"]]
    if operation in BY_EXECUTION:
        return [body["PipelineExecutionArn"]]
    if operation in BY_NAME:
        kind, name = BY_NAME[operation]
        return [_arn(kind, body[name])]
    if operation.startswith("List") or operation == "Search":
        return [_listed(operation, body)]
    parsed = OPERATION.fullmatch(operation)
    if parsed is None or parsed[2] not in KINDS:
        raise UnknownRequestError(f"sagemaker {operation}")
    verb, noun = parsed.groups()
    if noun == "ModelPackage":
        return _packages(verb, body)
    found = [_arn(KINDS[noun], body[f"{noun}Name"])]
    if noun == "Endpoint" and verb in {"Create", "Update"}:
        found.append(_arn("endpoint-config", body["EndpointConfigName"]))
    return found


def _listed(operation: str, body: Json) -> str:
    """Return `*`, or the versions of a group of another account, which its policy names."""
    group = body.get("ModelPackageGroupName", "") if operation == "ListModelPackages" else ""
    if not peers.of_arn(group):
        return "*"
    return group.replace(":model-package-group/", ":model-package/") + "/*"


def _packages(verb: str, body: Json) -> list[str]:
    """Return the resources of an operation on a version of a group."""
    if verb == "Create":
        group = body["ModelPackageGroupName"].rpartition("/")[2]
        return [_arn("model-package", f"{group}/*"), _arn("model-package-group", group)]
    return [body.get("ModelPackageArn") or body["ModelPackageName"]]


def _conditions(body: Json) -> Json:
    status = body.get("ModelApprovalStatus")
    return {"sagemaker:ModelApprovalStatus": status} if status else {}


def _volume_keys(value: Any) -> set[str]:
    """Return the keys of the volumes of a job or of an endpoint configuration."""
    if not isinstance(value, dict):
        return set()
    found = {value["VolumeKmsKeyId"]} if value.get("VolumeKmsKeyId") else set()
    if value.get("EndpointConfigName") and value.get("KmsKeyId"):
        found.add(value["KmsKeyId"])
    return found.union(*(_volume_keys(part) for part in value.values()))


def _via() -> str:
    return f"sagemaker.{runtime.REGION}.amazonaws.com"


def _alarm(name: str) -> str:
    return f"arn:aws:cloudwatch:{runtime.REGION}:{runtime.account}:alarm:{name}"


def _arn(kind: str, name: str) -> str:
    if name.startswith("arn:"):
        return name
    return f"arn:aws:sagemaker:{runtime.REGION}:{runtime.account}:{kind}/{name}"
