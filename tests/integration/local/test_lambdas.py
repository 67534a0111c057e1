"""Lambda functions of the local AWS run from their zips, as on AWS."""

import json
import os
import signal
from datetime import timedelta
from pathlib import Path

import pytest

from local.runtime import HOST_VARIABLES
from tests.support.event_queue import Queue, add_rule
from tests.support.lambda_function import CODE, Function, zipped
from tests.support.local_aws import iso

pytestmark = pytest.mark.integration


def test_second_invocation_reuses_the_sandbox(aws):
    function = Function(aws, "warm", MemorySize=256)
    first, second = function()[1], function()[1]
    assert (first["calls"], second["calls"]) == (1, 2)
    assert first["pid"] == second["pid"]
    assert first["id"] != second["id"]
    assert first["arn"] == "arn:aws:lambda:eu-west-1:123456789012:function:warm"
    assert first["memory"] == "256"
    assert 0 < first["left"] <= 20_000


def test_log_has_the_lines_of_the_platform_and_of_the_function(aws):
    function = Function(aws, "logged")
    request_id = function(word="hello")[1]["id"]
    start, printed, end, report = function.log()
    assert start == f"START RequestId: {request_id} Version: $LATEST"
    assert printed == "handling {'word': 'hello'}"
    assert end == f"END RequestId: {request_id}"
    assert report.startswith(f"REPORT RequestId: {request_id}\tDuration: ")
    assert "Init Duration" in report
    file = aws.home / "logs" / "lambda" / "logged.log"
    assert f"{iso(aws.now())} {printed}" in file.read_text()


def test_raised_error_is_returned_in_the_format_of_aws(aws):
    error, body = Function(aws, "failing")(fail=True)
    assert error == "Unhandled"
    assert (body["errorType"], body["errorMessage"]) == ("ValueError", "no such luck")
    assert body["requestId"]
    assert ["app.py" in frame for frame in body["stackTrace"]] == [True]


def test_timeout_stops_the_sandbox_and_is_reported(aws):
    function = Function(aws, "slow", Timeout=1)
    before = function()[1]["pid"]
    error, body = function(sleep=30)
    assert error == "Unhandled"
    assert body["errorType"] == "Sandbox.Timedout"
    assert body["errorMessage"].endswith("Error: Task timed out after 1.00 seconds")
    assert function()[1]["pid"] != before


def test_sandbox_that_was_killed_between_invocations_gets_no_other(aws):
    function = Function(aws, "killed")
    before = function()[1]["pid"]
    os.kill(before, signal.SIGKILL)
    aws.until(lambda: "State:\tZ" in status(before) or not status(before))
    error, body = function()
    assert error is None
    assert body["pid"] != before


def status(pid):
    """Return what the kernel says about a process; empty if there is none."""
    try:
        return Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return ""


@pytest.mark.parametrize(
    ("settings", "event", "kind", "message"),
    [
        ({"handler": "nowhere.f"}, {}, "Runtime.ImportModuleError", "Unable to import module"),
        (
            {"handler": "app.f"},
            {},
            "Runtime.HandlerNotFound",
            "Handler 'f' missing on module 'app'",
        ),
        ({}, {"exit": True}, "Runtime.ExitError", "Runtime exited with error: exit status 7"),
        ({}, {"object": True}, "Runtime.MarshalError", "Unable to marshal response"),
        ({"code": "1 / 0"}, {}, "ZeroDivisionError", "division by zero"),
    ],
    ids=["no module", "no handler", "exits", "result is no JSON", "fails at import"],
)
def test_broken_function_is_reported_with_the_error_type_of_aws(
    aws, request, settings, event, kind, message
):
    name = request.node.callspec.id.replace(" ", "-")
    function = Function(aws, name, **settings)
    error, body = function(**event)
    assert (error, body["errorType"]) == ("Unhandled", kind)
    assert message in body["errorMessage"]
    assert message in "".join(function.log())


def test_new_code_or_configuration_starts_a_new_sandbox(aws):
    function = Function(aws, "changing")
    first = function()[1]
    function.client.update_function_configuration(
        FunctionName="changing", Environment={"Variables": {"FLAVOUR": "new"}}
    )
    second = function()[1]
    function.client.update_function_code(
        FunctionName="changing", ZipFile=zipped(CODE.replace("calls = 0", "calls = 100"))
    )
    third = function()[1]
    assert (first["flavour"], second["flavour"]) == (None, "new")
    assert third["calls"] == 101
    assert len({first["pid"], second["pid"], third["pid"]}) == 3


def test_sandbox_has_only_the_environment_of_its_function(aws):
    function = Function(aws, "closed", Environment={"Variables": {"FLAVOUR": "x"}})
    seen = function(environment=True)[1]
    assert seen["FLAVOUR"] == "x"
    assert seen["AWS_ENDPOINT_URL"] == aws.url
    known = {"FLAVOUR", "_HANDLER", "TZ", "PATH", "LANG", "LC_CTYPE", "PYTHONPATH"}
    known |= set(HOST_VARIABLES)  # inherited from the host
    extra = {name for name in seen if name not in known}
    assert all(name.startswith(("AWS_", "LAMBDA_", "__CF")) for name in extra)


def test_queued_event_of_a_deleted_function_is_dropped(aws):
    function, logs = Function(aws, "deleted"), aws.client("logs")
    function.invoke_async(fail=True)  # it is retried a minute later
    aws.settle()
    function.client.delete_function(FunctionName="deleted")
    logs.delete_log_group(logGroupName="/aws/lambda/deleted")
    aws.pass_minutes(20)
    groups = logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/deleted")["logGroups"]
    assert groups == []


def test_failed_asynchronous_event_is_retried_then_sent_to_the_dead_letter_queue(aws):
    queue = aws.client("sqs").create_queue(QueueName="dead")["QueueUrl"]
    target = "arn:aws:sqs:eu-west-1:123456789012:dead"
    function = Function(aws, "retried", DeadLetterConfig={"TargetArn": target})
    now = aws.now()
    function.invoke_async(fail=True)
    aws.settle()
    assert len(starts(function)) == 1
    aws.advance(now + timedelta(seconds=59))
    assert len(starts(function)) == 1
    aws.advance(now + timedelta(seconds=60))
    assert len(starts(function)) == 2
    aws.advance(now + timedelta(seconds=180))
    assert len(starts(function)) == 3
    assert len(set(starts(function))) == 1
    (message,) = receive(aws, queue)
    assert json.loads(message["Body"]) == {"fail": True}
    attributes = {name: a["StringValue"] for name, a in message["MessageAttributes"].items()}
    assert attributes["ErrorCode"] == "200"
    assert attributes["ErrorMessage"] == "no such luck"
    assert attributes["RequestID"] in starts(function)[0]


def test_failure_destination_gets_the_record_after_the_configured_retries(aws):
    queue = aws.client("sqs").create_queue(QueueName="failures")["QueueUrl"]
    function = Function(aws, "enveloped")
    function.client.put_function_event_invoke_config(
        FunctionName="enveloped",
        MaximumRetryAttempts=0,
        DestinationConfig={
            "OnFailure": {"Destination": "arn:aws:sqs:eu-west-1:123456789012:failures"}
        },
    )
    function.invoke_async(fail=True)
    aws.settle()
    (message,) = receive(aws, queue)
    record = json.loads(message["Body"])
    assert record["requestPayload"] == {"fail": True}
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 1
    assert record["responsePayload"]["errorType"] == "ValueError"


@pytest.mark.parametrize(("fail", "kind"), [(True, "Failure"), (False, "Success")])
def test_event_bus_as_destination_gets_the_record_as_an_event(aws, fail, kind):
    queue = Queue(aws, f"results-{kind}")
    pattern = {"source": ["lambda"], "detail-type": [{"suffix": kind}]}
    add_rule(aws, f"results-{kind}", {"Arn": queue.arn}, pattern, bus="default")
    bus = {"Destination": "arn:aws:events:eu-west-1:123456789012:event-bus/default"}
    function = Function(aws, f"to-bus-{kind}")
    function.client.put_function_event_invoke_config(
        FunctionName=function.name,
        MaximumRetryAttempts=0,
        DestinationConfig={f"On{kind}": bus},
    )
    function.invoke_async(fail=fail)
    (event,) = queue.bodies()
    assert event["detail-type"] == f"Lambda Function Invocation Result - {kind}"
    assert event["detail"]["requestPayload"] == {"fail": fail}
    assert event["resources"][1].startswith("arn:aws:lambda:")


def test_reserved_concurrency_queues_events_and_throttles_calls(aws):
    function = Function(aws, "single")
    function.client.put_function_concurrency(FunctionName="single", ReservedConcurrentExecutions=1)
    function()
    for _ in range(3):
        function.invoke_async(sleep=0.3)
    with pytest.raises(function.client.exceptions.TooManyRequestsException):
        function()
    aws.settle()
    assert len(starts(function)) == 4


def test_throttled_events_are_retried_until_the_function_may_run(aws):
    function = Function(aws, "throttled")
    function.client.put_function_concurrency(
        FunctionName="throttled", ReservedConcurrentExecutions=0
    )
    function.client.put_function_event_invoke_config(
        FunctionName="throttled", MaximumRetryAttempts=0
    )
    function.invoke_async(n=1)
    aws.pass_minutes(20)
    with pytest.raises(function.client.exceptions.TooManyRequestsException):
        function()
    function.client.delete_function_concurrency(FunctionName="throttled")
    aws.pass_minutes(5)  # the longest wait between two attempts
    assert len(starts(function)) == 1


def test_event_throttled_beyond_its_maximum_age_goes_to_the_dead_letter_queue(aws):
    queue = aws.client("sqs").create_queue(QueueName="throttled-too-long")["QueueUrl"]
    target = {"TargetArn": "arn:aws:sqs:eu-west-1:123456789012:throttled-too-long"}
    function = Function(aws, "throttled-too-long", DeadLetterConfig=target)
    function.client.put_function_concurrency(
        FunctionName=function.name, ReservedConcurrentExecutions=0
    )
    function.client.put_function_event_invoke_config(
        FunctionName=function.name, MaximumEventAgeInSeconds=600
    )
    function.invoke_async(n=1)
    aws.pass_minutes(5)
    assert receive(aws, queue) == []
    aws.pass_minutes(6)
    (message,) = receive(aws, queue)
    assert json.loads(message["Body"]) == {"n": 1}
    assert message["MessageAttributes"]["ErrorMessage"]["StringValue"] == "Rate Exceeded."


def starts(function):
    return [line for line in function.log() if line.startswith("START")]


def receive(aws, queue):
    response = aws.client("sqs").receive_message(
        QueueUrl=queue, MessageAttributeNames=["All"], MaxNumberOfMessages=10
    )
    return response.get("Messages", [])
