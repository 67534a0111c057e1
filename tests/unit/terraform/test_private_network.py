"""The VPC endpoints of modules/private_network: every service that code in the subnets calls."""

import re

import boto3
import hcl2
import pytest

from cli.cost.configuration import (
    FLINK_SERVICES,
    INTERFACE_SERVICES,
    RELEASE_SERVICES,
    SCALING_SERVICES,
)
from tests.support.terraform_source import TERRAFORM, unquoted

ROOT = TERRAFORM.parent
CLIENT = re.compile(r"""client\(\s*["']([a-z0-9-]+)["']""")
# Names of endpoints where they are not the endpoint prefix in AWS's host names.
ENDPOINTS = {
    "api.sagemaker": "sagemaker.api",
    "featurestore-runtime.sagemaker": "sagemaker.featurestore-runtime",
    "runtime.sagemaker": "sagemaker.runtime",
}
TRACES = {"xray"}  # by Lambda's daemon
ABSENT = {"api.ecr"}  # jobs with a network do not ask for the digest of their image


def endpoint(client):
    """Return the endpoint of a client of boto3."""
    model = boto3.client(client, region_name="eu-west-1").meta.service_model
    return ENDPOINTS.get(model.endpoint_prefix, model.endpoint_prefix)


@pytest.fixture(scope="module")
def services():
    """Return the services with an endpoint: by interface, only with Flink, by gateway."""
    text = (TERRAFORM / "modules/private_network/main.tf").read_text()
    [values] = hcl2.loads(text)["locals"]
    named = re.findall(r'"?([a-z0-9.-]+)"?\s*[=:]\s*\[', str(values["interface_services"]))
    gateway = {unquoted(name) for name in values["gateway_services"]} - {"__is_block__"}
    return set(named), gateway


def called():
    """Return the services that functions and jobs call."""
    files = [*(ROOT / "functions").rglob("*.py"), *(ROOT / "sagemaker_pipelines").rglob("*.py")]
    return {endpoint(name) for file in files for name in CLIENT.findall(file.read_text())}


def test_every_client_of_functions_and_jobs_has_an_endpoint_and_no_other_service(services):
    interface, gateway = services
    assert called() - ABSENT | TRACES == interface - FLINK_SERVICES | gateway


def test_cost_counts_the_same_endpoints(services):
    assert services[0] == (
        INTERFACE_SERVICES | FLINK_SERVICES | RELEASE_SERVICES | SCALING_SERVICES
    )
