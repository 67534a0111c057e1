"""Step Functions of the local AWS: virtual waits, callbacks, Lambdas that fail."""

import json

import pytest

from tests.integration.local.queues import Queue, rule
from tests.integration.local.test_lambdas import Function

pytestmark = pytest.mark.integration

ROLE = "arn:aws:iam::123456789012:role/any"
CODE = """
def lambda_handler(event, context):
    print("token", event.get("token"))
    if event.get("fail"):
        raise ValueError("no such luck")
    return {"serving": event["at"] >= "2024-10-10T00:01"}
"""


@pytest.fixture(scope="module")
def function(aws):
    return Function(aws, "probe", CODE)


def start(aws, name, states, value):
    client = aws.client("stepfunctions")
    definition = {"StartAt": next(iter(states)), "States": states}
    machine = client.create_state_machine(
        name=name, definition=json.dumps(definition), roleArn=ROLE
    )["stateMachineArn"]
    return client.start_execution(stateMachineArn=machine, input=json.dumps(value))["executionArn"]


def outcome(aws, execution):
    aws.settle()
    found = aws.client("stepfunctions").describe_execution(executionArn=execution)
    return found["status"], found.get("error")


def task(**more):
    payload = {"at.$": "$$.State.EnteredTime", "token.$": "$.token", "fail.$": "$.fail"}
    parameters = {"FunctionName": "probe", "Payload": payload}
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": parameters,
    } | more


def test_a_loop_that_waits_passes_in_virtual_time(aws, function):
    states = {
        "Ask": task(
            ResultSelector={"serving.$": "$.Payload.serving"}, ResultPath="$.now", Next="Serving"
        ),
        "Serving": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.now.serving", "BooleanEquals": True, "Next": "Done"}],
            "Default": "Wait",
        },
        "Wait": {"Type": "Wait", "Seconds": 30, "Next": "Ask"},
        "Done": {"Type": "Succeed"},
    }
    execution = start(aws, "loop", states, {"token": "", "fail": False})
    assert outcome(aws, execution)[0] == "RUNNING"
    aws.advance("2024-10-10T00:00:59Z")
    assert outcome(aws, execution)[0] == "RUNNING"
    aws.advance("2024-10-10T00:02:00Z")
    assert outcome(aws, execution)[0] == "SUCCEEDED"


def test_a_task_waits_for_its_callback_and_times_out_in_virtual_time(aws, function):
    resource = "arn:aws:states:::lambda:invoke.waitForTaskToken"
    states = {"Ask": task(Resource=resource, TimeoutSeconds=3600, End=True)}
    states["Ask"]["Parameters"]["Payload"]["token.$"] = "$$.Task.Token"
    execution = start(aws, "callback", states, {"fail": False})
    aws.advance("2024-10-10T00:30:00Z")
    assert outcome(aws, execution)[0] == "RUNNING"
    log = (aws.home / "logs" / "lambda" / "probe.log").read_text()
    token = log.rsplit("token ", 1)[1].split()[0]
    aws.client("stepfunctions").send_task_success(taskToken=token, output="{}")
    assert outcome(aws, execution)[0] == "SUCCEEDED"
    forgotten = start(aws, "forgotten", states, {"fail": False})
    aws.advance("2024-10-10T02:00:00Z")
    assert outcome(aws, forgotten)[1] == "States.Timeout"


@pytest.mark.parametrize("suffix", ["", ".waitForTaskToken"])
def test_a_failing_lambda_fails_the_task_and_the_catch_reports_it(aws, function, suffix):
    queue = Queue(aws, f"failures{len(suffix)}")
    rule(aws, "failures", {"Arn": queue.arn}, {"source": ["loop"]}, bus="default")
    entry = {
        "Source": "loop",
        "DetailType": "Failed",
        "EventBusName": "default",
        "Detail": {"error.$": "$.failure.Error"},
    }
    states = {
        "Ask": task(
            Resource=f"arn:aws:states:::lambda:invoke{suffix}",
            Catch=[{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "Report"}],
            End=True,
        ),
        "Report": {
            "Type": "Task",
            "Resource": "arn:aws:states:::events:putEvents",
            "Parameters": {"Entries": [entry]},
            "End": True,
        },
    }
    if suffix:
        states["Ask"]["Parameters"]["Payload"]["token.$"] = "$$.Task.Token"
    execution = start(aws, f"failing{len(suffix)}", states, {"token": "", "fail": True})
    assert outcome(aws, execution)[0] == "SUCCEEDED"
    assert queue.bodies()[-1]["detail"] == {"error": "ValueError"}
