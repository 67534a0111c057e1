"""Serverless production: a first version serves, is measured, and is replaced by the next."""

import json
import urllib.request

import pytest

from scripts import local_terraform
from tests.support.deployed_loop import deployed, evergreen
from tests.support.deployed_variables import VARIABLES
from tests.support.loop_operator import CALM, Operator, start_with_rows

pytestmark = pytest.mark.integration

ENDPOINTS = {
    "capture_percent": {"production": 0},
    "serverless": {"max_concurrency": 3, "memory_mb": 3072},
}
PRODUCTION = "evergreen-production"


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    with deployed(tmp_path_factory.mktemp("serverless"), endpoints=ENDPOINTS) as aws:
        yield aws


@pytest.fixture(scope="module")
def operator(aws, tmp_path_factory):
    """Deploy a first version."""
    operator = Operator(aws, local_terraform.output(aws.home), start_with_rows(aws))
    folder = tmp_path_factory.mktemp("versions")
    operator.deploy(operator.register("first", folder, "reference", CALM))
    return operator


def send(aws):
    """Send a request to the API -> the body of its answer."""
    url, key = evergreen(aws, "api", "url")[1]["url"], evergreen(aws, "api", "key")[1]["key"]
    series = {"start": "2024-10-10 00:00:00", "target": [1, 2, 3]}
    headers = {"Content-Type": "application/json", "x-api-key": key}
    request = urllib.request.Request(f"{url}/stream", json.dumps(series).encode(), headers)
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.load(response)


def configuration(aws):
    sagemaker = aws.client("sagemaker")
    name = sagemaker.describe_endpoint(EndpointName=PRODUCTION)["EndpointConfigName"]
    return sagemaker.describe_endpoint_config(EndpointConfigName=name)


def test_version_serves_without_instances_and_captures(aws, operator):
    found = configuration(aws)
    [variant] = found["ProductionVariants"]
    assert variant["ServerlessConfig"] == {"MaxConcurrency": 3, "MemorySizeInMB": 3072}
    assert "InstanceType" not in variant
    assert "DataCaptureConfig" not in found
    assert len(send(aws)["predictions"]) == 1


def test_hour_is_measured(aws, operator):
    aws.pass_minutes(3 * 60)  # the first hour of a version may have too few minutes
    status = evergreen(aws, "status")[1]
    [stage] = [row for row in status["endpoints"] if row["version"]]
    assert stage["stage"] == "production"
    losses = [reading["relative_loss"] for reading in status["monitoring_results"]]
    assert any(losses), losses
    metrics = aws.client("cloudwatch").list_metrics(
        Namespace="AWS/SageMaker", MetricName="Invocations"
    )["Metrics"]
    names = [{d["Name"]: d["Value"] for d in metric["Dimensions"]} for metric in metrics]
    assert {"EndpointName": PRODUCTION, "VariantName": "AllTraffic"} in names, (
        "alarms have metrics"
    )


def test_next_version_replaces_the_first_and_nothing_is_left_to_apply(aws, operator, tmp_path):
    operator.deploy(operator.register("second", tmp_path, "reference", CALM))
    assert "ServerlessConfig" in configuration(aws)["ProductionVariants"][0]
    assert send(aws)["predictions"]
    assert local_terraform.plan_changes(aws.home, VARIABLES | {"endpoints": ENDPOINTS}) == 0
