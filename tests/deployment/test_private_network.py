"""The loop in subnets without a route to the internet: everything reaches AWS by VPC endpoints."""

import json
from pathlib import Path

import pytest

from demo import stream
from demo.run import PREFIX, Demo
from tests.support import existing_network
from tests.support.local_aws import LocalAws

pytestmark = pytest.mark.integration

HOURS = 12  # of the stream: enough for a version in production and its monitoring
# Roles of what is not in the subnets: services, the poller's task and the operator.
OUTSIDE = {"firehose", "minutes-store", "operator", "poller"}
# By Lambda itself: failed events go to the dead-letter queue.
BY_LAMBDA = {"sqs:SendMessage"}
ENDPOINTS = {"cloudwatch": "monitoring"}
SAGEMAKER = {
    "BatchGetRecord": "sagemaker.featurestore-runtime",
    "InvokeEndpoint": "sagemaker.runtime",
    "PutRecord": "sagemaker.featurestore-runtime",
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Run the loop in an existing network -> the report, with what there was at its end."""
    home = tmp_path_factory.mktemp("private")
    networks = []

    def create(url):
        networks.append(existing_network.create(LocalAws(url, Path(home)).client("ec2")))
        return {"private_network": networks[0]}

    def inspect(_):
        url = json.loads((home / "server.json").read_text())["endpoint_url"]
        return {"seen": seen(LocalAws(url, home)), "network": networks[0]}

    demo = Demo(stream.choose("simulator", None, HOURS), home, out=home)
    demo.more_variables, demo.inspect = create, inspect
    demo.run()
    return demo.report


def seen(aws):
    """Return the networks of functions, models and jobs, and the endpoints, of a deployment."""
    sagemaker = aws.client("sagemaker")
    functions = aws.client("lambda").list_functions()["Functions"]
    models = sagemaker.list_models()["Models"]
    processing = sagemaker.list_processing_jobs()["ProcessingJobSummaries"]
    training = sagemaker.list_training_jobs()["TrainingJobSummaries"]
    return {
        "functions": {f["FunctionName"]: f["VpcConfig"]["SubnetIds"] for f in functions},
        "models": {
            m["ModelName"]: subnets(sagemaker.describe_model(ModelName=m["ModelName"]))
            for m in models
        },
        "processing": {
            name: subnets(
                sagemaker.describe_processing_job(ProcessingJobName=name).get("NetworkConfig", {})
            )
            for name in (job["ProcessingJobName"] for job in processing)
        },
        "training": {
            name: subnets(sagemaker.describe_training_job(TrainingJobName=name))
            for name in (job["TrainingJobName"] for job in training)
        },
        "endpoints": sorted(
            endpoint["ServiceName"].removeprefix(
                f"com.amazonaws.{aws.client('s3').meta.region_name}."
            )
            for endpoint in aws.client("ec2").describe_vpc_endpoints()["VpcEndpoints"]
        ),
    }


def subnets(described):
    return described.get("VpcConfig", {}).get("Subnets")


def test_loop_turns_to_a_deployed_model_without_a_denial(run):
    assert [result for result in run["monitoring"] if result["stage"] == "production"]
    assert run["iam"]["denials"] == []
    assert run["transactions"]["in_features"] == run["transactions"]["distinct"]


def test_second_plan_is_empty(run):
    assert run["terraform"]["second_plan_changes"] == 0


@pytest.mark.parametrize("kind", ["functions", "models", "processing", "training"])
def test_everything_runs_in_the_given_subnets(run, kind):
    found = run["seen"][kind]
    assert found
    assert {frozenset(entry or ()) for entry in found.values()} == {
        frozenset(run["network"]["subnet_ids"])
    }


def test_every_service_called_in_the_log_has_an_endpoint(run):
    called = {
        endpoint(request["action"])
        for request in run["iam"]["requests"]
        if request["role"].removeprefix(f"{PREFIX}-") not in OUTSIDE
        and request["action"] not in BY_LAMBDA
    }
    assert called <= set(run["seen"]["endpoints"])
    assert len(called) > 6


def endpoint(action):
    """Return the endpoint of an IAM action."""
    service, _, operation = action.partition(":")
    if service == "sagemaker":
        return SAGEMAKER.get(operation, "sagemaker.api")
    return ENDPOINTS.get(service, service)
