"""Lambda functions really run from their zips, as AWS runs them."""

import io
import json
import zipfile

import pytest

pytestmark = pytest.mark.integration

CODE = """
import os, sys, time, json
calls = 0

def lambda_handler(event, context):
    global calls
    calls += 1
    print("handling", event)
    if event.get("fail"):
        raise ValueError("no such luck")
    if event.get("exit"):
        os._exit(7)
    time.sleep(event.get("sleep", 0))
    if event.get("environment"):
        return dict(os.environ)
    if event.get("unfit"):
        return object()
    return {
        "calls": calls, "pid": os.getpid(), "id": context.aws_request_id,
        "arn": context.invoked_function_arn, "memory": context.memory_limit_in_mb,
        "left": context.get_remaining_time_in_millis(), "flavour": os.environ.get("FLAVOUR"),
    }
"""


def zipped(code, name="app.py"):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, code)
    return buffer.getvalue()


class Function:
    def __init__(self, aws, name, code=CODE, handler="app.lambda_handler", **settings):
        self.aws, self.name, self.client = aws, name, aws.client("lambda")
        self.client.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role="arn:aws:iam::123456789012:role/any",
            Handler=handler,
            Code={"ZipFile": zipped(code)},
            **{"Timeout": 20, **settings},
        )
        self.client.get_waiter("function_active_v2").wait(FunctionName=name)

    def __call__(self, **event):
        answer = self.client.invoke(FunctionName=self.name, Payload=json.dumps(event))
        return answer.get("FunctionError"), json.load(answer["Payload"])

    def later(self, **event):
        self.client.invoke(
            FunctionName=self.name, InvocationType="Event", Payload=json.dumps(event)
        )

    def log(self):
        events = self.aws.client("logs").filter_log_events(
            logGroupName=f"/aws/lambda/{self.name}"
        )["events"]
        return [event["message"] for event in events]


def test_second_call_finds_the_sandbox_warm(aws):
    function = Function(aws, "warm", MemorySize=256)
    first, second = function()[1], function()[1]
    assert (first["calls"], second["calls"]) == (1, 2)
    assert first["pid"] == second["pid"]
    assert first["id"] != second["id"]
    assert first["arn"] == "arn:aws:lambda:eu-west-1:123456789012:function:warm"
    assert first["memory"] == "256"
    assert 0 < first["left"] <= 20_000


def test_log_holds_the_platform_lines_and_the_functions_own(aws):
    function = Function(aws, "logged")
    request_id = function(word="hello")[1]["id"]
    start, own, end, report = function.log()
    assert start == f"START RequestId: {request_id} Version: $LATEST"
    assert own == "handling {'word': 'hello'}"
    assert end == f"END RequestId: {request_id}"
    assert report.startswith(f"REPORT RequestId: {request_id}\tDuration: ")
    assert "Init Duration" in report
    file = aws.home / "logs" / "lambda" / "logged.log"
    assert f"2024-10-10T00:00:00Z {own}" in file.read_text()


def test_raised_error_comes_back_in_awss_envelope(aws):
    error, body = Function(aws, "failing")(fail=True)
    assert error == "Unhandled"
    assert (body["errorType"], body["errorMessage"]) == ("ValueError", "no such luck")
    assert body["requestId"]
    assert ["app.py" in frame for frame in body["stackTrace"]] == [True]


def test_timeout_ends_the_sandbox_and_says_so(aws):
    function = Function(aws, "slow", Timeout=1)
    before = function()[1]["pid"]
    error, body = function(sleep=30)
    assert error == "Unhandled"
    assert body["errorType"] == "Sandbox.Timedout"
    assert body["errorMessage"].endswith("Error: Task timed out after 1.00 seconds")
    assert function()[1]["pid"] != before


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
        ({}, {"unfit": True}, "Runtime.MarshalError", "Unable to marshal response"),
        ({"code": "1 / 0"}, {}, "ZeroDivisionError", "division by zero"),
    ],
    ids=["no module", "no handler", "exits", "unfit result", "fails while imported"],
)
def test_broken_function_is_named_as_aws_names_it(aws, request, settings, event, kind, message):
    name = request.node.callspec.id.replace(" ", "-")
    function = Function(aws, name, **settings)
    error, body = function(**event)
    assert (error, body["errorType"]) == ("Unhandled", kind)
    assert message in body["errorMessage"]
    assert message in "".join(function.log())


def test_new_code_and_new_settings_mean_a_new_sandbox(aws):
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


def test_sandbox_sees_only_its_own_environment(aws, monkeypatch):
    function = Function(aws, "closed", Environment={"Variables": {"FLAVOUR": "x"}})
    seen = function(environment=True)[1]
    assert seen["FLAVOUR"] == "x"
    assert seen["AWS_ENDPOINT_URL"] == aws.url
    known = {"FLAVOUR", "_HANDLER", "TZ", "PATH", "LANG", "LC_CTYPE", "PYTHONPATH"}
    extra = {name for name in seen if name not in known}
    assert all(name.startswith(("AWS_", "LAMBDA_", "__CF")) for name in extra)


def test_failed_asynchronous_event_is_retried_by_the_clock_then_dead(aws):
    queue = aws.client("sqs").create_queue(QueueName="dead")["QueueUrl"]
    target = "arn:aws:sqs:eu-west-1:123456789012:dead"
    function = Function(aws, "retried", DeadLetterConfig={"TargetArn": target})
    now = aws.settle()["now"]
    function.later(fail=True)
    aws.settle()
    assert len(starts(function)) == 1
    aws.advance(now.replace("00:00Z", "00:59Z"))
    assert len(starts(function)) == 1
    aws.advance(now.replace("00:00Z", "01:00Z"))
    assert len(starts(function)) == 2
    aws.advance(now.replace("00:00Z", "03:00Z"))
    assert len(starts(function)) == 3
    assert len(set(starts(function))) == 1
    (message,) = receive(aws, queue)
    assert json.loads(message["Body"]) == {"fail": True}
    facts = {name: fact["StringValue"] for name, fact in message["MessageAttributes"].items()}
    assert facts["ErrorCode"] == "200"
    assert facts["ErrorMessage"] == "no such luck"
    assert facts["RequestID"] in starts(function)[0]


def test_failure_destination_gets_the_envelope_after_the_configured_retries(aws):
    queue = aws.client("sqs").create_queue(QueueName="failures")["QueueUrl"]
    function = Function(aws, "enveloped")
    function.client.put_function_event_invoke_config(
        FunctionName="enveloped",
        MaximumRetryAttempts=0,
        DestinationConfig={
            "OnFailure": {"Destination": "arn:aws:sqs:eu-west-1:123456789012:failures"}
        },
    )
    function.later(fail=True)
    aws.settle()
    (message,) = receive(aws, queue)
    envelope = json.loads(message["Body"])
    assert envelope["requestPayload"] == {"fail": True}
    assert envelope["requestContext"]["condition"] == "RetriesExhausted"
    assert envelope["requestContext"]["approximateInvokeCount"] == 1
    assert envelope["responsePayload"]["errorType"] == "ValueError"


def test_reserved_concurrency_queues_events_and_throttles_calls(aws):
    function = Function(aws, "single")
    function.client.put_function_concurrency(FunctionName="single", ReservedConcurrentExecutions=1)
    function()
    for _ in range(3):
        function.later(sleep=0.3)
    with pytest.raises(function.client.exceptions.TooManyRequestsException):
        function()
    aws.settle()
    assert len(starts(function)) == 4


def test_throttled_events_wait_and_are_done_once_the_function_may_run(aws):
    function = Function(aws, "throttled")
    function.client.put_function_concurrency(
        FunctionName="throttled", ReservedConcurrentExecutions=0
    )
    function.client.put_function_event_invoke_config(
        FunctionName="throttled", MaximumRetryAttempts=0
    )
    function.later(n=1)
    aws.pass_minutes(20)
    with pytest.raises(function.client.exceptions.TooManyRequestsException):
        function()
    function.client.delete_function_concurrency(FunctionName="throttled")
    aws.pass_minutes(5)  # the longest wait between two attempts
    assert len(starts(function)) == 1


def test_event_that_was_throttled_for_too_long_is_dead(aws):
    queue = aws.client("sqs").create_queue(QueueName="throttled-too-long")["QueueUrl"]
    target = {"TargetArn": "arn:aws:sqs:eu-west-1:123456789012:throttled-too-long"}
    function = Function(aws, "throttled-too-long", DeadLetterConfig=target)
    function.client.put_function_concurrency(
        FunctionName=function.name, ReservedConcurrentExecutions=0
    )
    function.client.put_function_event_invoke_config(
        FunctionName=function.name, MaximumEventAgeInSeconds=600
    )
    function.later(n=1)
    aws.pass_minutes(5)
    assert receive(aws, queue) == []
    aws.pass_minutes(6)
    (message,) = receive(aws, queue)
    assert json.loads(message["Body"]) == {"n": 1}
    assert message["MessageAttributes"]["ErrorMessage"]["StringValue"] == "Rate Exceeded."


def starts(function):
    return [line for line in function.log() if line.startswith("START")]


def receive(aws, queue):
    answer = aws.client("sqs").receive_message(
        QueueUrl=queue, MessageAttributeNames=["All"], MaxNumberOfMessages=10
    )
    return answer.get("Messages", [])
