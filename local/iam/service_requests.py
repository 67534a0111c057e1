"""The permissions that a request to a service other than SageMaker and S3 needs."""

import json
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qsl, unquote

from local import runtime
from local.http_messages import Request
from local.iam import administration, deployment_groups, encrypted_resources
from local.iam.policies import Check

Fields = dict[str, Any]

BATCH_ACTIONS = {
    "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
    "DeleteMessageBatch": "DeleteMessage",
    "SendMessageBatch": "SendMessage",
}

ALIAS_OPERATIONS = {"DELETE": "DeleteAlias", "GET": "GetAlias", "PUT": "UpdateAlias"}

# Their resources are in other fields than those of the operations below.
ADMINISTRATION = (
    *("AddTags", "ListTags", "RemoveTags", "Tag", "Untag"),
    *("CreateTopic", "GetSubscription", "SetSubscription", "Unsubscribe"),
    *("RegisterTask", "DeregisterTask", "DescribeTaskDefinition"),
    *("CreateCluster", "DeleteCluster", "DescribeClusters", "CreateService"),
    *("CreateStateMachine", "UpdateStateMachine", "CreateDeliveryStream"),
    *("PutDashboard", "GetDashboard", "DeleteDashboards"),
    *("CreateKey", "CreateAlias", "DeleteAlias", "ListAliases"),
    *("PutResourcePolicy", "DeleteResourcePolicy"),
)


class UnknownRequestError(Exception):
    """The local AWS does not know which permission a request needs."""


def checks(service: str, request: Request) -> list[Check]:
    """Return the permissions of a request; raises UnknownRequestError."""
    if found := _used_at_run_time(service, request):
        return [*found, *administration.passed(service, found[0].action, request)]
    if found := administration.checks(service, request) or []:
        return found
    raise UnknownRequestError(f"{service} {request.method} {request.path}")


def _used_at_run_time(service: str, request: Request) -> list[Check]:
    """Return the permissions of a request that functions, jobs and operators make, else none."""
    if service == "lambda":
        return _invocation(request) or _alias(request)
    operation, fields = _parse(request)
    resources = RESOURCES.get(service)
    if (
        resources is None
        or not operation
        or (service != "codedeploy" and operation.startswith(ADMINISTRATION))
    ):
        return []
    namespace = "cloudwatch" if service == "monitoring" else service
    action = f"{namespace}:{BATCH_ACTIONS.get(operation, operation)}"
    found = resources(operation, fields)
    return [entry if isinstance(entry, Check) else Check(action, entry) for entry in found]


def _parse(request: Request) -> tuple[str, Fields]:
    """Return operation and fields of a request in the JSON or query protocol."""
    if target := request.headers.get("x-amz-target"):
        return target.rpartition(".")[2], json.loads(request.body or b"{}")
    fields = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
    return fields.get("Action", ""), fields


def _arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{runtime.REGION}:{runtime.account}:{resource}"


def _invocation(request: Request) -> list[Check]:
    parts = [unquote(part) for part in request.path.split("/") if part]
    if request.method != "POST" or parts[-1] != "invocations":
        return []
    name = parts[2]
    arn = name if name.startswith("arn:") else _arn("lambda", f"function:{name}")
    qualifier = request.query.get("Qualifier")
    return [Check("lambda:InvokeFunction", f"{arn}:{qualifier}" if qualifier else arn)]


def _alias(request: Request) -> list[Check]:
    """Return the permission of a request about one alias, for which MiniStack has ListAliases."""
    parts = [unquote(part) for part in request.path.split("/") if part]
    if len(parts) != 5 or parts[3] != "aliases" or request.method not in ALIAS_OPERATIONS:
        return []
    name = parts[2]
    arn = name if name.startswith("arn:") else _arn("lambda", f"function:{name}")
    return [Check(f"lambda:{ALIAS_OPERATIONS[request.method]}", arn)]


def _bus(reference: str | None) -> str:
    name = reference or "default"
    return name if name.startswith("arn:") else _arn("events", f"event-bus/{name}")


def put_events_checks(fields: Fields) -> list[Check]:
    """Return the permissions of PutEvents: one per entry."""
    return [
        Check(
            "events:PutEvents",
            _bus(entry.get("EventBusName")),
            {
                "events:source": entry.get("Source"),
                "events:detail-type": entry.get("DetailType"),
            },
        )
        for entry in fields.get("Entries", [])
    ]


def _events(operation: str, fields: Fields) -> Sequence[Check | str]:
    if operation == "PutEvents":
        return put_events_checks(fields)
    name = fields.get("Name") or fields.get("Rule")
    if not name:
        return ["*"]
    if operation.endswith("EventBus"):
        return [_bus(name)]
    bus = (fields.get("EventBusName") or "default").rpartition("/")[2]
    return [_arn("events", f"rule/{name}" if bus == "default" else f"rule/{bus}/{name}")]


def _ssm(operation: str, fields: Fields) -> Sequence[Check | str]:
    if operation == "DescribeParameters":
        return ["*"]
    names = fields.get("Names") or [fields.get("Name") or fields.get("Path") or ""]
    return [_arn("ssm", f"parameter/{name.strip('/')}") for name in names]


def _sqs(operation: str, fields: Fields) -> Sequence[Check | str]:
    name = str(fields.get("QueueUrl") or fields.get("QueueName") or "").rpartition("/")[2]
    return ["*" if operation == "ListQueues" else _arn("sqs", name)]


def _sns(operation: str, fields: Fields) -> Sequence[Check | str]:
    return ["*" if operation == "ListTopics" else str(fields.get("TopicArn"))]


def _states(operation: str, fields: Fields) -> Sequence[Check | str]:
    if operation.startswith("SendTask"):
        return [encrypted_resources.task_state_machine(str(fields.get("taskToken")))]
    return [str(fields.get("stateMachineArn") or fields.get("executionArn") or "*")]


def _logs(operation: str, fields: Fields) -> Sequence[Check | str]:
    group = (
        fields.get("logGroupName")
        or str(fields.get("logGroupIdentifier", ""))
        .removesuffix(":*")
        .rpartition(":log-group:")[2]
    )
    groups = [group] if group else fields.get("logGroupNames", [])
    if not groups:
        return ["*"]
    if operation in {"CreateLogStream", "PutLogEvents", "GetLogEvents"}:
        stream = fields.get("logStreamName", "")
        return [_arn("logs", f"log-group:{groups[0]}:log-stream:{stream}")]
    return [_arn("logs", f"log-group:{name}:*") for name in groups]


def _cloudwatch(operation: str, fields: Fields) -> Sequence[Check | str]:
    if operation == "PutMetricData":
        context = {"cloudwatch:namespace": fields.get("Namespace")}
        return [Check("cloudwatch:PutMetricData", "*", context)]
    if operation.startswith(("GetMetric", "ListMetrics")):
        return ["*"]
    names = fields.get("AlarmNames") or [fields.get("AlarmName") or "*"]
    return [_arn("cloudwatch", f"alarm:{name}") for name in names]


def _ecs(operation: str, fields: Fields) -> Sequence[Check | str]:
    cluster = str(fields.get("cluster", "default")).rpartition("/")[2]
    named = fields.get("services") or ([fields["service"]] if "service" in fields else [])
    services = [str(name).rpartition("/")[2] for name in named]
    if operation == "DescribeTasks":
        tasks = [str(task).rpartition("/")[2] for task in fields.get("tasks", [])]
        return [_arn("ecs", f"task/{cluster}/{task}") for task in tasks]
    if operation == "ListTasks":
        return [Check("ecs:ListTasks", "*", {"ecs:cluster": _arn("ecs", f"cluster/{cluster}")})]
    return [_arn("ecs", f"service/{cluster}/{name}") for name in services] or ["*"]


def _firehose(_operation: str, fields: Fields) -> Sequence[Check | str]:
    return [_arn("firehose", f"deliverystream/{fields.get('DeliveryStreamName')}")]


def _ecr(_operation: str, fields: Fields) -> Sequence[Check | str]:
    name = fields.get("repositoryName")
    names = [name] if name else fields.get("repositoryNames") or []
    return [_arn("ecr", f"repository/{name}") for name in names] or ["*"]


def _service_quotas(_operation: str, _fields: Fields) -> Sequence[Check | str]:
    return ["*"]


def _glue(operation: str, fields: Fields) -> Sequence[Check | str]:
    """Return catalog, database and table: Glue requires the permission for each of them."""
    if arn := fields.get("ResourceArn"):
        return [str(arn)]
    created = fields.get("DatabaseInput") or fields.get("TableInput") or {}
    name = str(fields.get("Name") or fields.get("TableName") or created.get("Name") or "*")
    database = str(fields.get("DatabaseName") or name)
    resources = ["catalog", f"database/{database}"]
    if "DatabaseName" in fields:
        resources.append(f"table/{database}/{name}")
    elif operation == "DeleteDatabase":  # with all that is in it
        resources += [f"{kind}/{database}/*" for kind in ("table", "userDefinedFunction")]
    return [_arn("glue", resource) for resource in resources]


def _athena(_operation: str, fields: Fields) -> Sequence[Check | str]:
    name = fields.get("WorkGroup") or fields.get("Name") or "*"
    return [str(fields.get("ResourceARN") or _arn("athena", f"workgroup/{name}"))]


def _kms(_operation: str, fields: Fields) -> Sequence[Check | str]:
    key = str(fields.get("KeyId") or "")
    return [encrypted_resources.key_arn(key) or key or "*"]


def _autoscaling(operation: str, fields: Fields) -> Sequence[Check | str]:
    """Return the permissions on targets, and those that the service checks of its caller."""
    if operation.startswith("Describe"):
        return ["*"]
    context = {"application-autoscaling:service-namespace": fields.get("ServiceNamespace")}
    resource = _arn("application-autoscaling", "scalable-target/*")
    found = [Check(f"application-autoscaling:{operation}", resource, context)]
    name = str(fields.get("ResourceId"))
    endpoint = _arn("sagemaker", "/".join(name.split("/")[:2]))
    alarm = _arn("cloudwatch", f"alarm:TargetTracking-{name}-AlarmHigh")
    if operation == "RegisterScalableTarget":
        service = "sagemaker.application-autoscaling.amazonaws.com"
        role = f"{service}/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
        arn = f"arn:aws:iam::{runtime.account}:role/aws-service-role/{role}"
        actions = ("DescribeEndpoint", "UpdateEndpointWeightsAndCapacities")
        found += [Check(f"sagemaker:{action}", endpoint) for action in actions]
        found.append(Check("iam:CreateServiceLinkedRole", arn, {"iam:AWSServiceName": service}))
    elif operation == "PutScalingPolicy":
        actions = ("DescribeAlarms", "PutMetricAlarm")
        found += [Check(f"cloudwatch:{action}", alarm) for action in actions]
    else:
        found.append(Check("cloudwatch:DeleteAlarms", alarm))
    return found


def _codedeploy(operation: str, fields: Fields) -> Sequence[Check | str]:
    """Return the group of a deployment, or of its id; applications and tags have their own."""
    if operation.endswith(("TagsForResource", "TagResource", "UntagResource")):
        return [str(fields.get("ResourceArn"))]
    application = fields.get("applicationName")
    group = fields.get("deploymentGroupName") or fields.get("currentDeploymentGroupName")
    if group:
        arn = _arn("codedeploy", f"deploymentgroup:{application}/{group}")
        if operation != "CreateDeployment":
            return [arn]
        # The application's revision is registered, and the configuration read, by the caller.
        revision = _arn("codedeploy", f"application:{application}")
        configuration = _arn("codedeploy", "deploymentconfig:*")
        return [
            arn,
            Check("codedeploy:RegisterApplicationRevision", revision),
            Check("codedeploy:GetApplicationRevision", revision),
            Check("codedeploy:GetDeploymentConfig", configuration),
        ]
    if application:
        return [_arn("codedeploy", f"application:{application}")]
    unknown = _arn("codedeploy", "deploymentgroup:*/*")
    return [deployment_groups.arns.get(str(fields.get("deploymentId")), unknown)]


def _sts(_operation: str, fields: Fields) -> Sequence[Check | str]:
    return [str(fields.get("RoleArn") or "*")]


RESOURCES: dict[str, Callable[[str, Fields], Sequence[Check | str]]] = {
    "application-autoscaling": _autoscaling,
    "athena": _athena,
    "codedeploy": _codedeploy,
    "ecr": _ecr,
    "ecs": _ecs,
    "events": _events,
    "firehose": _firehose,
    "glue": _glue,
    "kms": _kms,
    "logs": _logs,
    "monitoring": _cloudwatch,
    "servicequotas": _service_quotas,
    "sns": _sns,
    "sqs": _sqs,
    "ssm": _ssm,
    "states": _states,
    "sts": _sts,
}
