"""An alias of the local Lambda splits requests between two versions."""

import collections
import json
from datetime import timedelta

import pytest

from tests.support.lambda_function import Function, zipped

pytestmark = pytest.mark.integration

VERSION = """
def lambda_handler(event, context):
    if event.get("fail") == context.function_version:
        raise ValueError("no such luck")
    return context.function_version
"""


@pytest.fixture(scope="module")
def function(aws):
    found = Function(aws, "canary", VERSION)
    found.client.publish_version(FunctionName="canary")
    found.client.create_alias(FunctionName="canary", Name="live", FunctionVersion="1")
    code = zipped(VERSION + "\n# changed")
    found.client.update_function_code(FunctionName="canary", ZipFile=code)
    found.client.get_waiter("function_updated_v2").wait(FunctionName="canary")
    found.client.publish_version(FunctionName="canary")
    return found


def call(function, **event):
    response = function.client.invoke(
        FunctionName="canary", Qualifier="live", Payload=json.dumps(event)
    )
    return response["ExecutedVersion"], response.get("FunctionError")


def test_requests_are_split_by_weight(function):
    function.client.update_alias(
        FunctionName="canary",
        Name="live",
        FunctionVersion="1",
        RoutingConfig={"AdditionalVersionWeights": {"2": 0.1}},
    )
    versions = collections.Counter(call(function)[0] for _ in range(20))
    assert versions == {"1": 18, "2": 2}


def test_errors_are_counted_by_alias_and_version(aws, function):
    function.client.update_alias(
        FunctionName="canary",
        Name="live",
        FunctionVersion="1",
        RoutingConfig={"AdditionalVersionWeights": {"2": 0.5}},
    )
    errors = [call(function, fail="2")[1] for _ in range(4)]
    assert errors.count("Unhandled") == 2
    alias = {"FunctionName": "canary", "Resource": "canary:live"}
    assert total(aws, alias) == total(aws, {**alias, "ExecutedVersion": "2"}) == 2
    assert total(aws, {**alias, "ExecutedVersion": "1"}) == 0


def test_without_weights_one_version_has_all_requests(function):
    function.client.update_alias(
        FunctionName="canary",
        Name="live",
        FunctionVersion="2",
        RoutingConfig={"AdditionalVersionWeights": {}},
    )
    assert {call(function)[0] for _ in range(3)} == {"2"}


def total(aws, dimensions):
    now = aws.now()
    found = aws.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
        StartTime=now - timedelta(minutes=10),
        EndTime=now + timedelta(minutes=1),
        Period=60,
        Statistics=["Sum"],
    )
    return sum(point["Sum"] for point in found["Datapoints"])
