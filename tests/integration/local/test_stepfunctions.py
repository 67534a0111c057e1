"""Step Functions of the local AWS: virtual waits, callbacks, Lambdas that fail."""

import json
from datetime import timedelta

import pytest

from tests.support.event_queue import Queue, add_rule
from tests.support.lambda_function import Function
from tests.support.local_aws import iso
from tests.support.permissions import ROLE

pytestmark = pytest.mark.integration

CODE = """
def lambda_handler(event, context):
    print("token", event.get("token"))
    if event.get("fail"):
        raise ValueError("no such luck")
    return {"serving": event["at"] >= event["ready_at"]}
"""


@pytest.fixture(scope="module")
def function(aws):
    return Function(aws, "probe", CODE)


def start(aws, name, states, **value):
    client = aws.client("stepfunctions")
    definition = {"StartAt": next(iter(states)), "States": states}
    machine = client.create_state_machine(
        name=name, definition=json.dumps(definition), roleArn=ROLE
    )["stateMachineArn"]
    return client.start_execution(
        stateMachineArn=machine,
        input=json.dumps({"fail": False, "token": "", "ready_at": "", **value}),
    )["executionArn"]


def outcome(aws, execution):
    aws.settle()
    found = aws.client("stepfunctions").describe_execution(executionArn=execution)
    return found["status"], found.get("error")


def task(**more):
    payload = {"at.$": "$$.State.EnteredTime", "ready_at.$": "$.ready_at"}
    payload |= {"token.$": "$.token", "fail.$": "$.fail"}
    parameters = {"FunctionName": "probe", "Payload": payload}
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": parameters,
    } | more


def test_wait_in_a_loop_takes_virtual_time(aws, function):
    now = aws.now()
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
    ready_at = iso(now + timedelta(minutes=1))
    execution = start(aws, "loop", states, ready_at=ready_at)
    assert outcome(aws, execution)[0] == "RUNNING"
    aws.advance(now + timedelta(seconds=59))
    assert outcome(aws, execution)[0] == "RUNNING"
    aws.advance(now + timedelta(minutes=2))
    assert outcome(aws, execution)[0] == "SUCCEEDED"


def test_task_waits_for_its_callback_and_times_out_in_virtual_time(aws, function):
    resource = "arn:aws:states:::lambda:invoke.waitForTaskToken"
    states = {"Ask": task(Resource=resource, TimeoutSeconds=3600, End=True)}
    states["Ask"]["Parameters"]["Payload"]["token.$"] = "$$.Task.Token"
    execution = start(aws, "callback", states)
    aws.pass_minutes(30)
    assert outcome(aws, execution)[0] == "RUNNING"
    log = (aws.home / "logs" / "lambda" / "probe.log").read_text()
    token = log.rsplit("token ", 1)[1].split()[0]
    aws.client("stepfunctions").send_task_success(taskToken=token, output="{}")
    assert outcome(aws, execution)[0] == "SUCCEEDED"
    forgotten = start(aws, "forgotten", states)
    aws.pass_minutes(90)
    assert outcome(aws, forgotten)[1] == "States.Timeout"


@pytest.mark.parametrize("suffix", ["", ".waitForTaskToken"])
def test_failing_lambda_fails_the_task_and_the_catch_reports_it(aws, function, suffix):
    queue = Queue(aws, f"failures{len(suffix)}")
    add_rule(aws, "failures", {"Arn": queue.arn}, {"source": ["loop"]}, bus="default")
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
    execution = start(aws, f"failing{len(suffix)}", states, fail=True)
    assert outcome(aws, execution)[0] == "SUCCEEDED"
    assert queue.bodies()[-1]["detail"] == {"error": "ValueError"}


def test_execution_times_out_in_virtual_time(aws):
    client = aws.client("stepfunctions")
    wait = {"Type": "Wait", "Seconds": 7200, "End": True}
    definition = {"StartAt": "Wait", "States": {"Wait": wait}, "TimeoutSeconds": 600}
    machine = client.create_state_machine(
        name="limited", definition=json.dumps(definition), roleArn=ROLE
    )["stateMachineArn"]
    execution = client.start_execution(stateMachineArn=machine)["executionArn"]
    aws.pass_minutes(9)
    assert outcome(aws, execution)[0] == "RUNNING"
    aws.pass_minutes(180)
    assert outcome(aws, execution)[0] == "TIMED_OUT"


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ({"Type": "Pass", "Next": "Nowhere"}, "Missing 'Next' target: Nowhere"),
        (
            {"Type": "Pass", "Parameters": {"a.$": "States.Format('{}'"}, "End": True},
            "is not comp",
        ),
    ],
)
def test_definition_that_aws_refuses_is_refused(aws, state, reason):
    client = aws.client("stepfunctions")
    definition = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", **state}}})
    with pytest.raises(client.exceptions.InvalidDefinition, match=reason):
        client.create_state_machine(name="refused", definition=definition, roleArn=ROLE)


def test_integration_that_is_missing_here_fails_the_task(aws):
    resource = "arn:aws:states:::sqs:sendMessage"
    states = {"Send": {"Type": "Task", "Resource": resource, "Parameters": {}, "End": True}}
    assert outcome(aws, start(aws, "missing", states)) == ("FAILED", "States.Runtime")
