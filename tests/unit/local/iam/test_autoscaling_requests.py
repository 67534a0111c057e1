"""Permissions of requests that scale an endpoint or shift its traffic."""

import json

import pytest

from local.http_messages import Request
from local.iam import sagemaker_requests, service_requests

NAME = "endpoint/loop-production/variant/AllTraffic"
ENDPOINT = "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/loop-production"


def checks(operation, **fields):
    headers = {"x-amz-target": f"AnyScaleFrontendService.{operation}"}
    request = Request("POST", "/", {}, headers, json.dumps(fields).encode())
    return service_requests.checks("application-autoscaling", request)


def test_registration_needs_what_the_service_will_do():
    found = checks("RegisterScalableTarget", ServiceNamespace="sagemaker", ResourceId=NAME)
    assert found[0].context == {"application-autoscaling:service-namespace": "sagemaker"}
    assert found[0].resource.endswith(":scalable-target/*")
    needed = {check.action: check for check in found}
    assert needed["sagemaker:UpdateEndpointWeightsAndCapacities"].resource == ENDPOINT
    role = needed["iam:CreateServiceLinkedRole"]
    assert role.context["iam:AWSServiceName"] == "sagemaker.application-autoscaling.amazonaws.com"


@pytest.mark.parametrize(
    ("operation", "action"),
    [
        ("PutScalingPolicy", "cloudwatch:PutMetricAlarm"),
        ("DeregisterScalableTarget", "cloudwatch:DeleteAlarms"),
    ],
)
def test_alarms_of_the_policy_are_the_callers(operation, action):
    found = checks(operation, ServiceNamespace="sagemaker", ResourceId=NAME)
    [alarm] = [check.resource for check in found if check.action == action]
    assert ":alarm:TargetTracking-endpoint/loop-production/" in alarm


def test_rollback_by_alarms_needs_their_states():
    body = {
        "EndpointName": "loop-production",
        "EndpointConfigName": "loop-production-v4",
        "DeploymentConfig": {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "errors"}]}},
    }
    found = sagemaker_requests.operation_checks("UpdateEndpoint", body)
    alarms = [check.resource for check in found if check.action == "cloudwatch:DescribeAlarms"]
    assert alarms == ["arn:aws:cloudwatch:eu-west-1:123456789012:alarm:errors"]


def test_weights_and_capacities_are_those_of_the_endpoint():
    body = {"EndpointName": "loop-production"}
    operation = "UpdateEndpointWeightsAndCapacities"
    [check] = sagemaker_requests.operation_checks(operation, body)
    assert (check.action, check.resource) == (f"sagemaker:{operation}", ENDPOINT)
