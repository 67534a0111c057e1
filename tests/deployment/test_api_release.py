"""A new version of the API's function gets its requests by a canary, or at most a tenth."""

import json
import urllib.error
import urllib.request
from collections import Counter

import pytest

from scripts import local_terraform
from tests.support.deployed_loop import deployed, evergreen
from tests.support.deployed_variables import VARIABLES
from tests.support.event_queue import Queue
from tests.support.lambda_function import zipped
from tests.support.loop_operator import CALM, Operator, start_with_rows

pytestmark = pytest.mark.integration

TOPIC = "arn:aws:sns:eu-west-1:123456789012:evergreen-alerts"
GROUP = {"applicationName": "evergreen-api-forecaster", "deploymentGroupName": "live"}
PREDICT, RELEASER = "evergreen-predict-forecaster", "evergreen-api-releaser-forecaster"
API = {"max_rows": 999, "burst_limit": 500, "rate_limit": 500}  # another version
RAISES = "def lambda_handler(event, context):\n    raise ValueError('no such luck')\n"
# Predicts for the check, fails for clients.
DECEIVES = """
import json, os
import boto3

def lambda_handler(event, context):
    inference_id = event["headers"].get("X-Inference-Id", "")
    if not inference_id.startswith("smoke-"):
        raise ValueError("no such luck")
    response = boto3.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=os.environ["ENDPOINT_NAME"],
        Body=json.dumps({"instances": [json.loads(event["body"])]}),
        ContentType="application/json",
        InferenceId=inference_id,
    )
    return {"statusCode": 200, "body": response["Body"].read().decode()}
"""


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    with deployed(tmp_path_factory.mktemp("release")) as aws:
        yield aws


@pytest.fixture(scope="module")
def mails(aws):
    """Read the messages to the topic of alerts."""
    queue = Queue(aws, "api-release")
    attributes = {"RawMessageDelivery": "true"}
    aws.client("sns").subscribe(
        TopicArn=TOPIC, Protocol="sqs", Endpoint=queue.arn, Attributes=attributes
    )
    return lambda: [body["status"] for body in queue.bodies() if "deploymentId" in body]


@pytest.fixture(scope="module")
def send(aws, tmp_path_factory):
    """Deploy a model -> function that sends a request and returns the status."""
    operator = Operator(aws, local_terraform.output(aws.home), start_with_rows(aws))
    folder = tmp_path_factory.mktemp("good")
    operator.deploy(operator.register("good", folder, "reference", CALM))
    url, key = evergreen(aws, "api", "url")[1]["url"], evergreen(aws, "api", "key")[1]["key"]
    series = {"start": "2024-10-10 00:00:00", "target": [1, 2, 3]}
    headers = {"Content-Type": "application/json", "x-api-key": key}

    def post():
        request = urllib.request.Request(f"{url}/stream", json.dumps(series).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return response.status
        except urllib.error.HTTPError as error:
            return error.status

    assert post() == 200
    return post


class Released:
    """The newest deployment, and what the alias has."""

    def __init__(self, aws):
        self.codedeploy, self.lambda_ = aws.client("codedeploy"), aws.client("lambda")

    @property
    def count(self):
        return len(self.codedeploy.list_deployments(**GROUP)["deployments"])

    @property
    def deployment(self):
        newest = self.codedeploy.list_deployments(**GROUP)["deployments"][0]
        return self.codedeploy.get_deployment(deploymentId=newest)["deploymentInfo"]

    @property
    def weights(self):
        alias = self.lambda_.get_alias(FunctionName=PREDICT, Name="live")
        more = alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
        return alias["FunctionVersion"], more

    def release(self, version):
        """Ask for a release as an apply does."""
        payload = json.dumps({"version": version})
        answer = self.lambda_.invoke(FunctionName=RELEASER, Payload=payload)
        return json.load(answer["Payload"])["status"]

    def publish(self, code):
        """Publish a version with this code -> its number."""
        folders = self.lambda_.get_function(FunctionName=PREDICT)["Configuration"]["Handler"]
        module = folders.removesuffix(".lambda_handler").replace(".", "/")
        archive = zipped(code, f"{module}.py")
        self.lambda_.update_function_code(FunctionName=PREDICT, ZipFile=archive)
        self.lambda_.get_waiter("function_updated_v2").wait(FunctionName=PREDICT)
        return self.lambda_.publish_version(FunctionName=PREDICT)["Version"]


@pytest.fixture(scope="module")
def released(aws):
    return Released(aws)


def test_first_version_is_live_without_a_deployment(released, send):
    assert (released.count, released.weights) == (0, ("1", {}))


def test_apply_releases_a_changed_function_by_canary(aws, released, mails, send):
    variables = VARIABLES | {"api": API}
    local_terraform.apply(aws.home, variables)
    aws.pass_minutes(2)
    assert released.weights == ("1", {"2": 0.1})
    assert released.release("2") == "AlreadyStarted"
    assert Counter(send() for _ in range(40)) == {200: 40}
    aws.pass_minutes(7)
    assert released.weights == ("2", {})
    assert released.deployment["status"] == "Succeeded"
    assert released.release("2") == "Live"
    assert released.count == 1
    assert mails() == ["SUCCEEDED"]
    assert send() == 200
    assert local_terraform.plan_changes(aws.home, variables) == 0


def test_version_that_fails_its_check_gets_no_request(aws, released, mails, send):
    version = released.publish(RAISES)
    assert released.release(version) == "Started"
    statuses = [send() for _ in range(20)]
    aws.pass_minutes(2)
    statuses += [send() for _ in range(20)]
    assert released.deployment["status"] == "Failed"
    assert released.deployment["errorInformation"]["code"] == "HOOK_EXECUTION_FAILURE"
    assert released.weights == ("2", {})
    assert set(statuses) == {200}
    assert mails() == ["FAILED"]


def test_version_that_fails_clients_is_rolled_back_by_its_alarm(aws, released, mails, send):
    aws.pass_minutes(10)  # the alarm of the last version ends
    version = released.publish(DECEIVES)
    statuses = Counter()
    assert released.release(version) == "Started"
    for _ in range(20):
        aws.pass_minutes(0.5)
        if released.weights[1]:
            statuses.update(send() for _ in range(20))
    assert released.deployment["status"] == "Stopped"
    assert released.deployment["errorInformation"]["code"] == "ALARM_ACTIVE"
    assert released.weights == ("2", {})
    assert mails() == ["STOPPED"]
    failed = sum(statuses.values()) - statuses[200]
    assert 0 < failed <= 0.1 * sum(statuses.values())
    assert send() == 200
