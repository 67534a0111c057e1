"""One local AWS with everything in terraform/ applied, for all modules of this folder.

Modules run in any order: each takes unused hours of the clock (`LocalAws.next_hour`) and reads
only these. When all have run, `terraform destroy` must leave nothing behind.
"""

import subprocess
import sys

import pytest

from local import lifecycle
from scripts import local_terraform
from tests.support.deployed_variables import VARIABLES
from tests.support.local_aws import START, LocalAws

JOBS = [f"/aws/sagemaker/{kind}Jobs" for kind in ("Processing", "Training", "Transform")]


@pytest.fixture(scope="package")
def aws(tmp_path_factory):
    home = tmp_path_factory.mktemp("deployed")
    health = lifecycle.up(0, home, ["--clock", "virtual", "--start", START])
    subprocess.run([sys.executable, "-m", "scripts.package"], check=True, capture_output=True)
    local_terraform.init(home)
    local_terraform.apply(home, VARIABLES)
    aws = LocalAws(health["endpoint_url"], home)
    yield aws
    denials = aws.get("iam")["denials"]
    local_terraform.destroy(home, VARIABLES)
    remaining = local_terraform.resources(home), remaining_resources(aws)
    lifecycle.down(home)
    assert remaining == (0, {})
    assert denials == []


@pytest.fixture(scope="package")
def outputs(aws):
    return local_terraform.output(aws.home)


def remaining_resources(aws):
    """Return what exists on the local AWS, by kind."""
    found = {
        "buckets": aws.client("s3").list_buckets()["Buckets"],
        "functions": aws.client("lambda").list_functions()["Functions"],
        "roles": aws.client("iam").list_roles()["Roles"],
        "queues": aws.client("sqs").list_queues().get("QueueUrls", []),
        "topics": aws.client("sns").list_topics()["Topics"],
        "rules": aws.client("events").list_rules()["Rules"],
        "log groups": [
            group
            for group in aws.client("logs").describe_log_groups()["logGroups"]
            # SageMaker creates them for all jobs of an account.
            if group["logGroupName"] not in JOBS
        ],
        "parameters": aws.client("ssm").describe_parameters()["Parameters"],
        "alarms": aws.client("cloudwatch").describe_alarms()["MetricAlarms"],
        "streams": aws.client("firehose").list_delivery_streams()["DeliveryStreamNames"],
        "machines": aws.client("stepfunctions").list_state_machines()["stateMachines"],
        "pipelines": aws.client("sagemaker").list_pipelines()["PipelineSummaries"],
        "clusters": aws.client("ecs").list_clusters()["clusterArns"],
    }
    return {kind: items for kind, items in found.items() if items}
