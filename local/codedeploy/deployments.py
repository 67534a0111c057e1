"""Deployments of a Lambda version: hooks, shift of the requests, rollback by hooks and alarms."""

import json
import logging
import uuid
from typing import Any

from local import ministack, runtime
from local.codedeploy import traffic
from local.codedeploy.groups import arn
from local.events import event_bus
from local.iam import deployment_groups, principals
from local.iam.policies import AccessDeniedError
from local.sagemaker.api import LOCK

log = logging.getLogger(__name__)

Json = dict[str, Any]

HOOK_SECONDS = 3600
WATCH_SECONDS = 10  # between two looks at alarms, hooks and requests to stop
STATES = {"InProgress": "START", "Succeeded": "SUCCESS", "Failed": "FAILURE", "Stopped": "STOP"}
TRIGGERS = {
    "InProgress": "DeploymentStart",
    "Succeeded": "DeploymentSuccess",
    "Failed": "DeploymentFailure",
    "Stopped": "DeploymentStop",
}

deployments: dict[str, Json] = {}  # by id: record, group, the states of its hooks


class _StoppedError(Exception):
    """The deployment ended early: the code of the error, the state, what is rolled back by."""

    def __init__(self, code: str, message: str, status: str, event: str) -> None:
        super().__init__(message)
        self.code, self.status, self.event = code, status, event


def start(record: Json, group: Json) -> None:
    """Start a deployment; `record` is that of GetDeployment."""
    deployment = {"record": record, "group": group, "hooks": {}, "stop": False}
    deployments[record["deploymentId"]] = deployment
    _know_group(record)
    runtime.clock.spawn(_run, deployment)


def resume() -> None:
    """End the deployments that a restart interrupted: the old version gets all requests."""
    for deployment in list(deployments.values()):
        _know_group(deployment["record"])
        if deployment["record"]["status"] == "InProgress":
            message = "The local AWS was restarted."
            error = _StoppedError("INTERNAL_ERROR", message, "Failed", "DEPLOYMENT_FAILURE")
            runtime.clock.spawn(_end, deployment, error)


def _know_group(record: Json) -> None:
    path = f"{record['applicationName']}/{record['deploymentGroupName']}"
    deployment_groups.arns[record["deploymentId"]] = arn("deploymentgroup", path)


def _run(deployment: Json) -> None:
    try:
        _announce(deployment, "InProgress")
        _deploy(deployment)
    except _StoppedError as error:
        _end(deployment, error)
    except Exception as error:  # noqa: BLE001 - whatever the role may not do, or does not exist
        failure = _StoppedError(
            "INVALID_LAMBDA_FUNCTION", str(error), "Failed", "DEPLOYMENT_FAILURE"
        )
        _end(deployment, failure)
    else:
        _announce(deployment, "Succeeded")


def _deploy(deployment: Json) -> None:
    spec = traffic.app_spec(deployment["record"]["revision"])
    present = _client(deployment, "lambda").get_alias(FunctionName=spec.function, Name=spec.alias)
    if present["FunctionVersion"] != spec.current:
        found = present["FunctionVersion"]
        message = f"alias {spec.alias} is at version {found}, expected {spec.current}"
        raise _StoppedError("INVALID_LAMBDA_FUNCTION", message, "Failed", "DEPLOYMENT_FAILURE")
    _hook(deployment, "BeforeAllowTraffic", spec.before)
    for step in traffic.steps(deployment["record"]["deploymentConfigName"]):
        _route(deployment, spec.current, {spec.target: step.share})
        _watch(deployment, step.seconds)
    _watch(deployment, 0)
    _route(deployment, spec.target, {})
    _hook(deployment, "AfterAllowTraffic", spec.after)
    _watch(deployment, 0)


def _hook(deployment: Json, event: str, function: str | None) -> None:
    """Invoke a hook and wait for its report; raises _StoppedError."""
    if function is None:
        return
    execution = str(uuid.uuid4())
    deployment["hooks"][execution] = "Pending"
    payload = {
        "DeploymentId": deployment["record"]["deploymentId"],
        "LifecycleEventHookExecutionId": execution,
    }
    _client(deployment, "lambda").invoke(
        FunctionName=function, InvocationType="Event", Payload=json.dumps(payload)
    )
    remaining = HOOK_SECONDS
    while deployment["hooks"][execution] == "Pending" and remaining > 0:
        _watch(deployment, WATCH_SECONDS)
        remaining -= WATCH_SECONDS
    if (status := deployment["hooks"][execution]) != "Succeeded":
        reported = "did not report within an hour" if status == "Pending" else "reported Failed"
        message = f"{event}: {function} {reported}"
        raise _StoppedError(
            "HOOK_EXECUTION_FAILURE",
            message,
            "Failed",
            "DEPLOYMENT_FAILURE",
        )


def _watch(deployment: Json, seconds: int) -> None:
    """Watch alarms and requests to stop for a time; raises _StoppedError."""
    configured = deployment["group"].get("alarmConfiguration") or {}
    names = [alarm["name"] for alarm in configured.get("alarms", [])]
    remaining = seconds
    while True:
        if configured.get("enabled") and (raised := [name for name in names if _raised(name)]):
            message = f"One or more alarms have been activated: {', '.join(raised)}"
            raise _StoppedError("ALARM_ACTIVE", message, "Stopped", "DEPLOYMENT_STOP_ON_ALARM")
        if deployment["stop"]:
            message = "The deployment was stopped."
            raise _StoppedError("MANUAL_STOP", message, "Stopped", "DEPLOYMENT_STOP_ON_REQUEST")
        if remaining <= 0:
            return
        runtime.clock.sleep(min(WATCH_SECONDS, remaining))
        remaining -= WATCH_SECONDS


def _raised(name: str) -> bool:
    alarm = ministack.alarms.get(name)
    return alarm is not None and alarm["StateValue"] == "ALARM"


def _end(deployment: Json, error: _StoppedError) -> None:
    """Give all requests back to the old version if the group says so, and end the deployment."""
    record = deployment["record"]
    record["errorInformation"] = {"code": error.code, "message": str(error)}
    rollback = deployment["group"].get("autoRollbackConfiguration") or {}
    if rollback.get("enabled") and error.event in rollback.get("events", []):
        try:
            _route(deployment, traffic.app_spec(record["revision"]).current, {})
            record["rollbackInfo"] = {"rollbackMessage": "All requests go to the old version."}
        except Exception as failed:  # the deployment ends all the same
            log.exception("%s", record["deploymentId"])
            record["rollbackInfo"] = {"rollbackMessage": str(failed)}
    _announce(deployment, error.status)


def _route(deployment: Json, version: str, weights: dict[str, float]) -> None:
    spec = traffic.app_spec(deployment["record"]["revision"])
    _client(deployment, "lambda").update_alias(
        FunctionName=spec.function,
        Name=spec.alias,
        FunctionVersion=version,
        RoutingConfig={"AdditionalVersionWeights": weights},
    )


def _announce(deployment: Json, status: str) -> None:
    """Set the state, send the event, and publish to the topics of the group."""
    record, group = deployment["record"], deployment["group"]
    application, name = record["applicationName"], record["deploymentGroupName"]
    with LOCK:
        record["status"] = status
        if status != "InProgress":
            record["completeTime"] = runtime.clock.now()
    detail = {
        "instanceGroupId": group["deploymentGroupId"],
        "region": runtime.REGION,
        "application": application,
        "deploymentId": record["deploymentId"],
        "state": STATES[status],
        "deploymentGroup": name,
    }
    resources = [arn("application", application), arn("deploymentgroup", f"{application}/{name}")]
    kind = "CodeDeploy Deployment State-change Notification"
    event_bus.emit("aws.codedeploy", kind, detail, resources)
    for trigger in group.get("triggerConfigurations") or []:
        if TRIGGERS[status] in trigger["triggerEvents"]:
            _publish(deployment, trigger, status)


def _publish(deployment: Json, trigger: Json, status: str) -> None:
    record = deployment["record"]
    message = {
        "region": runtime.REGION,
        "accountId": runtime.account,
        "eventTriggerName": trigger["triggerName"],
        "applicationName": record["applicationName"],
        "deploymentId": record["deploymentId"],
        "deploymentGroupName": record["deploymentGroupName"],
        "status": status.upper(),
        "errorInformation": json.dumps(record.get("errorInformation")),
    }
    subject = f"{status.upper()}: AWS CodeDeploy {record['deploymentId']} in {runtime.REGION}"
    try:
        _client(deployment, "sns").publish(
            TopicArn=trigger["triggerTargetArn"], Subject=subject, Message=json.dumps(message)
        )
    except Exception:  # on AWS too, the deployment goes on without the message
        log.exception("%s", record["deploymentId"])


def _client(deployment: Json, service: str) -> Any:
    """Return a client with the role of the deployment group."""
    role = deployment["group"]["serviceRoleArn"]
    try:
        key = principals.assume(role, "codedeploy", deployment["record"]["deploymentId"])
    except AccessDeniedError as denied:
        raise _StoppedError("IAM_ROLE_MISSING", str(denied), "Failed", "") from denied
    with runtime.acting(key):
        return runtime.client(service)
