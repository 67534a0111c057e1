"""The whole root on the local AWS: the second plan is empty, destroy leaves nothing behind.

The last module of its folder by name, and the last test in it: it destroys what the others use.
"""

import pytest

from scripts import local_terraform
from tests.integration.deployed.variables import VARIABLES

pytestmark = pytest.mark.integration


def test_the_second_plan_is_empty(aws, outputs):
    assert local_terraform.plan_changes(aws.home, VARIABLES) == 0


def test_destroy_leaves_nothing_behind(aws, outputs):
    local_terraform.destroy(aws.home, VARIABLES)
    assert local_terraform.resources(aws.home) == 0
    left = {
        "buckets": aws.client("s3").list_buckets()["Buckets"],
        "functions": aws.client("lambda").list_functions()["Functions"],
        "roles": aws.client("iam").list_roles()["Roles"],
        "queues": aws.client("sqs").list_queues().get("QueueUrls", []),
        "topics": aws.client("sns").list_topics()["Topics"],
        "rules": aws.client("events").list_rules()["Rules"],
        "log groups": [
            group
            for group in aws.client("logs").describe_log_groups()["logGroups"]
            # SageMaker made it for all jobs of the account, in whosever deployment.
            if group["logGroupName"] != "/aws/sagemaker/ProcessingJobs"
        ],
        "parameters": aws.client("ssm").describe_parameters()["Parameters"],
        "alarms": aws.client("cloudwatch").describe_alarms()["MetricAlarms"],
        "streams": aws.client("firehose").list_delivery_streams()["DeliveryStreamNames"],
        "machines": aws.client("stepfunctions").list_state_machines()["stateMachines"],
        "pipelines": aws.client("sagemaker").list_pipelines()["PipelineSummaries"],
        "clusters": aws.client("ecs").list_clusters()["clusterArns"],
    }
    assert {kind: found for kind, found in left.items() if found} == {}
