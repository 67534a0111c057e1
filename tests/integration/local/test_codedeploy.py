"""A new version of a function gets its requests by CodeDeploy, or never more than its share."""

import hashlib
import json
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from tests.support.event_queue import Queue, add_rule
from tests.support.lambda_function import Function, zipped
from tests.support.permissions import ROLE

pytestmark = pytest.mark.integration

VERSION = """
def lambda_handler(event, context):
    if event.get("fail"):
        raise ValueError("no such luck")
    return context.function_version
"""
HOOK = """
import os, boto3

def lambda_handler(event, context):
    status = os.environ["STATUS"]
    if status != "none":
        boto3.client("codedeploy").put_lifecycle_event_hook_execution_status(
            deploymentId=event["DeploymentId"],
            lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
            status=status,
        )
"""
CANARY = "CodeDeployDefault.LambdaCanary10Percent5Minutes"


class Release:
    """A function at version 1 with a second version, and a deployment group with its hook."""

    def __init__(self, aws, name, status="Succeeded", configuration=CANARY):
        self.aws, self.name = aws, name
        self.function = Function(aws, name, VERSION)
        self.lambda_, self.codedeploy = self.function.client, aws.client("codedeploy")
        self.lambda_.publish_version(FunctionName=name)
        self.lambda_.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
        self.lambda_.update_function_code(FunctionName=name, ZipFile=zipped(VERSION + "\n#"))
        self.lambda_.get_waiter("function_updated_v2").wait(FunctionName=name)
        self.lambda_.publish_version(FunctionName=name)
        Function(aws, f"{name}-hook", HOOK, Environment={"Variables": {"STATUS": status}})
        dimensions = {"FunctionName": name, "Resource": f"{name}:live", "ExecutedVersion": "2"}
        aws.client("cloudwatch").put_metric_alarm(
            AlarmName=name,
            Namespace="AWS/Lambda",
            MetricName="Errors",
            Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=0,
            ComparisonOperator="GreaterThanThreshold",
            TreatMissingData="notBreaching",
        )
        self.codedeploy.create_application(applicationName=name, computePlatform="Lambda")
        self.codedeploy.create_deployment_group(
            applicationName=name,
            deploymentGroupName="live",
            deploymentConfigName=configuration,
            serviceRoleArn=ROLE,
            deploymentStyle={
                "deploymentType": "BLUE_GREEN",
                "deploymentOption": "WITH_TRAFFIC_CONTROL",
            },
            alarmConfiguration={"enabled": True, "alarms": [{"name": name}]},
            autoRollbackConfiguration={
                "enabled": True,
                "events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"],
            },
        )

    def start(self):
        properties = {
            "Name": self.name,
            "Alias": "live",
            "CurrentVersion": "1",
            "TargetVersion": "2",
        }
        resource = {"Type": "AWS::Lambda::Function", "Properties": properties}
        hooks = [{"BeforeAllowTraffic": f"{self.name}-hook"}]
        spec = {"version": 0.0, "Resources": [{"function": resource}], "Hooks": hooks}
        content = json.dumps(spec)
        digest = hashlib.sha256(content.encode()).hexdigest()
        self.id = self.codedeploy.create_deployment(
            applicationName=self.name,
            deploymentGroupName="live",
            revision={
                "revisionType": "AppSpecContent",
                "appSpecContent": {"content": content, "sha256": digest},
            },
        )["deploymentId"]
        self.after(30)

    def after(self, seconds):
        self.aws.advance(self.aws.now() + timedelta(seconds=seconds))

    def deployment(self):
        return self.codedeploy.get_deployment(deploymentId=self.id)["deploymentInfo"]

    def weights(self):
        found = self.lambda_.get_alias(FunctionName=self.name, Name="live")
        more = found.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
        return found["FunctionVersion"], more

    def call(self, **event):
        response = self.lambda_.invoke(
            FunctionName=self.name, Qualifier="live", Payload=json.dumps(event)
        )
        return response["ExecutedVersion"]


def test_canary_has_a_tenth_until_it_has_everything(aws):
    release = Release(aws, "good")
    queue = Queue(aws, "good")
    pattern = {"source": ["aws.codedeploy"]}
    add_rule(aws, "good", {"Arn": queue.arn}, pattern, bus="default")
    release.start()
    assert release.weights() == ("1", {"2": 0.1})
    assert [release.call() for _ in range(20)].count("2") == 2
    release.after(240)
    assert release.weights() == ("1", {"2": 0.1})
    release.after(120)
    assert release.weights() == ("2", {})
    assert release.deployment()["status"] == "Succeeded"
    # Deployments of other tests may end at the same time.
    details = [event["detail"] for event in queue.bodies()]
    states = [detail["state"] for detail in details if detail["deploymentId"] == release.id]
    assert states == ["START", "SUCCESS"]


def test_version_that_fails_its_hook_gets_no_request(aws):
    release = Release(aws, "refused", status="Failed")
    release.start()
    assert release.weights() == ("1", {})
    assert release.deployment()["status"] == "Failed"
    assert "refused-hook reported Failed" in release.deployment()["errorInformation"]["message"]
    assert {release.call() for _ in range(20)} == {"1"}


def test_hook_that_does_not_report_fails_after_an_hour(aws):
    release = Release(aws, "silent", status="none")
    release.start()
    release.after(3500)
    assert release.deployment()["status"] == "InProgress"
    release.after(200)
    assert release.deployment()["status"] == "Failed"
    assert release.weights() == ("1", {})


def test_alarm_takes_the_requests_back(aws):
    release = Release(aws, "failing")
    release.start()
    assert [release.call(fail=True) for _ in range(20)].count("2") == 2
    release.after(90)
    assert release.weights() == ("1", {})
    assert release.deployment()["status"] == "Stopped"
    assert release.deployment()["errorInformation"]["code"] == "ALARM_ACTIVE"


def test_stopped_deployment_keeps_its_weights_without_such_a_rollback(aws):
    release = Release(aws, "halted")
    release.start()
    release.codedeploy.stop_deployment(deploymentId=release.id)
    release.after(30)
    assert release.deployment()["status"] == "Stopped"
    assert release.weights() == ("1", {"2": 0.1})


def test_group_has_one_deployment_at_a_time(aws):
    release = Release(aws, "twice")
    release.start()
    with pytest.raises(ClientError, match="DeploymentLimitExceeded"):
        release.start()


def test_all_at_once(aws):
    release = Release(aws, "direct", configuration="CodeDeployDefault.LambdaAllAtOnce")
    release.start()
    assert release.weights() == ("2", {})
