"""`evergreen dead-letters`: list, redrive and discard, on queues in moto."""

import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from botocore.response import StreamingBody

from cli.main import main
from tests.support.aws_calls import CallError, stubbed
from tests.unit.cli.conftest import ACCOUNT, REGION

QUEUE = "evergreen-window-aggregator-dead-letters"
UNDELIVERED = "evergreen-undelivered"
WRITER = "evergreen-feature-writer-dead-letters"
EVENT = {
    "id": "1",
    "source": "aws.s3",
    "detail-type": "Object Created",
    "time": "2024-10-10T13:30:00Z",
    "detail": {"object": {"key": "raw/a.gz"}},
}


def arn(service, resource):
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def strings(**attributes):
    return {
        name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
    }


FAILED = strings(RequestID="r", ErrorCode="200", ErrorMessage="not gzip")


class Queues:
    """The queues and the functions, topics, streams and logs behind them."""

    def __init__(self, deployment):
        self.deployment, self.sqs = deployment, deployment.clients("sqs")
        self.urls = {
            name: self.sqs.create_queue(QueueName=name)["QueueUrl"]
            for name in (QUEUE, UNDELIVERED, WRITER)
        }
        self.invoked, self.failures = [], {}

    def send(self, name, body=EVENT, attributes=FAILED):
        text = body if isinstance(body, str) else json.dumps(body)
        return self.sqs.send_message(
            QueueUrl=self.urls[name], MessageBody=text, MessageAttributes=attributes
        )["MessageId"]

    def count(self, name, kind="ApproximateNumberOfMessages"):
        found = self.sqs.get_queue_attributes(QueueUrl=self.urls[name], AttributeNames=[kind])
        return int(found["Attributes"][kind])

    def invoke(self, FunctionName, Payload):  # noqa: N803
        """Answer as Lambda does; a function fails for the keys in `failures`."""
        self.invoked.append((FunctionName, json.loads(Payload)))
        key = self.invoked[-1][1].get("detail", {}).get("object", {}).get("key")
        error = self.failures.get(key)
        if isinstance(error, CallError):
            raise error
        answer = {"errorType": "ReadError", "errorMessage": error} if error else None
        body = json.dumps(answer).encode()
        response = {"StatusCode": 200, "Payload": StreamingBody(io.BytesIO(body), len(body))}
        return response | ({"FunctionError": "Unhandled"} if error else {})

    def rule(self, target, name="evergreen-archive", **more):
        """Create a rule with a target; return the attributes of its dead letters."""
        events = self.deployment.clients("events")
        events.create_event_bus(Name="evergreen")
        rule = events.put_rule(
            Name=name, EventBusName="evergreen", EventPattern=json.dumps({"source": ["a"]})
        )["RuleArn"]
        events.put_targets(
            Rule=name, EventBusName="evergreen", Targets=[{"Id": "1", "Arn": target, **more}]
        )
        return strings(
            RULE_ARN=rule, TARGET_ARN=target, ERROR_CODE="THROTTLED", ERROR_MESSAGE="rate exceeded"
        )

    def run(self, capsys, *arguments):
        """Run a command with the functions -> exit code and JSON."""
        with stubbed(self.deployment.clients("lambda"), {"Invoke": self.invoke}):
            code = main(["dead-letters", *arguments, "--json"], self.deployment.connect)
        return code, json.loads(capsys.readouterr().out)


@pytest.fixture
def queues(deployment):
    return Queues(deployment)


def other_event(key):
    return EVENT | {"detail": {"object": {"key": key}}}


def test_list_says_what_failed_and_why(queues, capsys):
    identity = queues.send(QUEUE)
    code, document = queues.run(capsys, "list")
    assert code == 0
    (message,) = document["messages"]
    assert message | {"sent": "", "age_seconds": 0} == {
        "queue": QUEUE,
        "message_id": identity,
        "stage": "2",
        "what": "Object Created of 2024-10-10T13:30:00Z",
        "reason": "not gzip",
        "sent": "",
        "age_seconds": 0,
        "receive_count": 1,
        "body": EVENT,
    }
    assert queues.count(QUEUE) == 1, "the message can be read again"
    assert main(["dead-letters", "list"], queues.deployment.connect) == 0
    text = capsys.readouterr().out
    assert "dead letters: 1 of 1" in text
    assert "②" in text


def test_age_is_relative_to_the_clock_of_the_data(queues, capsys):
    queues.send(QUEUE)
    connect = queues.deployment.connect

    def later(chosen, prefix):
        connection = connect(chosen, prefix)
        vars(connection)["now"] = datetime.now(UTC) + timedelta(days=3, seconds=5)
        return connection

    assert main(["dead-letters", "list"], later) == 0
    assert "3 d" in capsys.readouterr().out


def test_reasons_of_rules_and_malformed_messages_are_shown(queues, capsys):
    queues.send(UNDELIVERED, attributes=queues.rule(arn("firehose", "deliverystream/raw")))
    queues.send(QUEUE, "no json", {})
    found = {row["queue"]: row for row in queues.run(capsys, "list")[1]["messages"]}
    assert found[UNDELIVERED]["reason"] == "THROTTLED: rate exceeded"
    assert found[QUEUE]["reason"] == "not stated"
    assert found[QUEUE]["what"] == "7 characters that are no JSON object"


def test_nothing_to_list(queues, capsys):
    assert main(["dead-letters", "list"], queues.deployment.connect) == 0
    assert capsys.readouterr().out == "no dead letters (queues: 3)\n"


def test_hidden_messages_are_counted(queues, capsys):
    queues.send(QUEUE)
    queues.sqs.receive_message(QueueUrl=queues.urls[QUEUE], VisibilityTimeout=60)
    assert main(["dead-letters", "list"], queues.deployment.connect) == 0
    assert f"hidden: 1 in {QUEUE}: another command is reading them" in capsys.readouterr().out
    assert queues.run(capsys, "redrive") == (
        0,
        {"redriven": 0, "failed": [], "not_found": [], "hidden": {QUEUE: 1}},
    )


def test_redriven_message_is_deleted(queues, capsys):
    queues.send(QUEUE)
    code, document = queues.run(capsys, "redrive")
    assert (code, document["redriven"]) == (0, 1)
    assert queues.invoked == [("evergreen-window-aggregator", EVENT)]
    assert queues.count(QUEUE) == 0


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        ("not\n gzip", "failed again: ReadError: not gzip"),
        (CallError("TooManyRequestsException", "slow"), "Invoke: TooManyRequestsException: slow"),
    ],
    ids=["function fails", "call fails"],
)
def test_message_that_fails_again_stays_with_the_reason(queues, capsys, failure, reason):
    queues.send(QUEUE, other_event("bad"))
    queues.send(QUEUE, other_event("good"))
    queues.failures["bad"] = failure
    code, document = queues.run(capsys, "redrive")
    assert (code, document["redriven"]) == (1, 1)
    assert [row["failure"] for row in document["failed"]] == [reason]
    assert queues.count(QUEUE) == 1, "visible again"


def test_malformed_message_stays(queues, capsys):
    queues.send(QUEUE, "no json", {})
    code, document = queues.run(capsys, "redrive")
    assert code == 1
    assert document["failed"][0]["failure"] == "its body is no JSON object: nothing can process it"
    assert (queues.invoked, queues.count(QUEUE)) == ([], 1)


def test_many_messages_are_redriven_once_each(queues, capsys):
    events = [other_event(str(number)) for number in range(120)]
    for first in range(0, len(events), 10):
        entries = [
            {"Id": str(n), "MessageBody": json.dumps(event)}
            for n, event in enumerate(events[first : first + 10])
        ]
        queues.sqs.send_message_batch(QueueUrl=queues.urls[QUEUE], Entries=entries)
    code, document = queues.run(capsys, "redrive")
    assert (code, document["redriven"]) == (0, 120)
    keys = {event["detail"]["object"]["key"] for _, event in queues.invoked}
    assert (len(queues.invoked), len(keys)) == (120, 120)


def test_interrupted_redrive_loses_nothing(queues, capsys):
    for number in range(12):
        queues.send(QUEUE, other_event(str(number)))
    original = queues.invoke

    def interrupted(**arguments):
        if "7" in json.loads(arguments["Payload"])["detail"]["object"]["key"]:
            raise KeyboardInterrupt
        return original(**arguments)

    queues.invoke = interrupted
    assert queues.run(capsys, "redrive")[0] == 130
    left = queues.count(QUEUE)
    assert 12 - len(queues.invoked) <= left <= 12
    queues.invoke = original
    assert queues.run(capsys, "redrive") == (
        0,
        {"redriven": left, "failed": [], "not_found": [], "hidden": {}},
    )
    keys = {event["detail"]["object"]["key"] for _, event in queues.invoked}
    assert keys == {str(number) for number in range(12)}


def test_refused_deletions_are_repeated_and_then_named(queues, capsys):
    queues.send(QUEUE)
    failed = {"Id": "0", "SenderFault": False, "Code": "InternalError"}
    with stubbed(
        queues.sqs,
        {
            "ListQueues": lambda **_: {"QueueUrls": [queues.urls[QUEUE]]},
            "GetQueueAttributes": lambda **_: {
                "Attributes": {
                    "ApproximateNumberOfMessages": "1",
                    "ApproximateNumberOfMessagesNotVisible": "0",
                }
            },
            "ReceiveMessage": receive_once(queues),
            "DeleteMessageBatch": lambda **_: {"Successful": [], "Failed": [failed]},
            "ChangeMessageVisibilityBatch": lambda **_: {"Successful": [], "Failed": []},
        },
    ) as calls:
        code, document = queues.run(capsys, "redrive")
    assert [name for name, _ in calls].count("DeleteMessageBatch") == 3
    assert code == 1
    assert document["failed"][0]["failure"] == "it was redriven, but SQS did not delete it"


def receive_once(queues):
    message = {
        "MessageId": "m",
        "ReceiptHandle": "h",
        "Body": json.dumps(EVENT),
        "Attributes": {"SentTimestamp": "1728568800000"},
    }
    answers = iter([{"Messages": [message]}, {}])
    return lambda **_: next(answers)


def test_chosen_messages_are_redriven(queues, capsys):
    first = queues.send(QUEUE, other_event("1"))
    queues.send(QUEUE, other_event("2"))
    code, document = queues.run(capsys, "redrive", "--id", first, "--id", "unknown")
    assert (code, document["redriven"], document["not_found"]) == (1, 1, ["unknown"])
    assert [event["detail"]["object"]["key"] for _, event in queues.invoked] == ["1"]
    assert queues.count(QUEUE) == 1


def test_chosen_queue_is_redriven(queues, capsys):
    queues.send(QUEUE)
    queues.send(UNDELIVERED, "no json", {})
    assert queues.run(capsys, "redrive", "--queue", QUEUE)[0] == 0
    assert queues.count(UNDELIVERED) == 1
    code, document = queues.run(capsys, "redrive", "--queue", "other")
    assert code == 2
    assert document["error"].startswith("--queue: got other, expected one of ")


def test_target_receives_what_its_rule_would_have_sent(queues, capsys):
    template = '{"source": "evergreen.schedule", "id": "<id>", "time": "<time>"}'
    paths = {"id": "$.id", "time": "$.time"}
    function = arn("lambda", "function:evergreen-window-aggregator")
    attributes = queues.rule(
        function, InputTransformer={"InputPathsMap": paths, "InputTemplate": template}
    )
    queues.send(QUEUE, EVENT, attributes)
    assert queues.run(capsys, "redrive")[0] == 0
    expected = {"source": "evergreen.schedule", "id": "1", "time": EVENT["time"]}
    assert queues.invoked == [(function, expected)]


def test_event_is_archived_again(queues, capsys):
    attributes = queues.rule(arn("firehose", "deliverystream/evergreen-raw"))
    queues.send(UNDELIVERED, EVENT, attributes)
    put = {"PutRecord": lambda **_: {"RecordId": "1"}}
    with stubbed(queues.deployment.clients("firehose"), put) as calls:
        assert queues.run(capsys, "redrive")[0] == 0
    ((_, request),) = calls
    assert request["DeliveryStreamName"] == "evergreen-raw"
    assert json.loads(request["Record"]["Data"]) == EVENT


def test_event_is_sent_to_the_stream_of_flink_again(queues, capsys):
    attributes = queues.rule(arn("kinesis", "stream/evergreen-transactions"))
    queues.send(UNDELIVERED, EVENT, attributes)
    put = {"PutRecord": lambda **_: {"ShardId": "0", "SequenceNumber": "1"}}
    with stubbed(queues.deployment.clients("kinesis"), put) as calls:
        assert queues.run(capsys, "redrive")[0] == 0
    ((_, request),) = calls
    assert (request["StreamName"], request["PartitionKey"]) == ("evergreen-transactions", "1")


def test_people_are_notified_again(queues, capsys):
    topic = arn("sns", "evergreen-alerts")
    queues.send(UNDELIVERED, EVENT, queues.rule(topic))
    publish = {"Publish": lambda **_: {"MessageId": "1"}}
    with stubbed(queues.deployment.clients("sns"), publish) as calls:
        assert queues.run(capsys, "redrive")[0] == 0
    assert calls[0][1] == {"TopicArn": topic, "Message": json.dumps(EVENT)}


def test_decision_is_logged_again_in_a_stream_of_its_own(queues, capsys):
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    group = arn("logs", "log-group:/evergreen/decisions")
    attributes = queues.rule(group)
    for number in range(2):
        queues.send(UNDELIVERED, EVENT | {"id": str(number), "time": now}, attributes)
    assert queues.run(capsys, "redrive")[1]["redriven"] == 2
    found = queues.deployment.clients("logs").get_log_events(
        logGroupName="/evergreen/decisions", logStreamName="redriven"
    )["events"]
    assert sorted(json.loads(entry["message"])["id"] for entry in found) == ["0", "1"]


def test_decision_that_is_too_old_for_the_log_stays(queues, capsys):
    group = arn("logs", "log-group:/evergreen/decisions")
    queues.send(UNDELIVERED, EVENT, queues.rule(group))
    code, document = queues.run(capsys, "redrive")
    assert code == 1
    assert "the log refused the event" in document["failed"][0]["failure"]


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ({}, "it has no attribute RULE_ARN: its target is not known"),
        (
            strings(
                RULE_ARN=arn("events", "rule/evergreen/gone"),
                TARGET_ARN=arn("sns", "evergreen-alerts"),
            ),
            f"rule gone has no target {arn('sns', 'evergreen-alerts')} now",
        ),
    ],
    ids=["no rule", "removed rule"],
)
def test_event_without_target_stays(queues, capsys, attributes, reason):
    queues.rule(arn("sns", "evergreen-alerts"))
    queues.send(UNDELIVERED, EVENT, attributes)
    code, document = queues.run(capsys, "redrive")
    assert (code, document["failed"][0]["failure"]) == (1, reason)


def test_record_of_a_destination_has_the_payload(queues, capsys):
    record = {"requestContext": {"condition": "RetriesExhausted"}, "requestPayload": EVENT}
    queues.send(QUEUE, record)
    assert queues.run(capsys, "redrive")[0] == 0
    assert queues.invoked == [("evergreen-window-aggregator", EVENT)]


class Stream:
    """A stream with rows, and dead letters that name them."""

    def __init__(self, queues, rows):
        self.kinesis = queues.deployment.clients("kinesis")
        self.kinesis.create_stream(StreamName="evergreen-minutes", ShardCount=1)
        self.numbers = [
            self.kinesis.put_record(
                StreamName="evergreen-minutes", Data=row.encode(), PartitionKey="p"
            )["SequenceNumber"]
            for row in rows
        ]

    def letter(self, first, last):
        return {
            "requestContext": {"condition": "RetryAttemptsExhausted"},
            "KinesisBatchInfo": {
                "shardId": "shardId-000000000000",
                "startSequenceNumber": first,
                "endSequenceNumber": last,
                "approximateArrivalOfFirstRecord": "2024-10-10T13:00:00Z",
                "approximateArrivalOfLastRecord": "2024-10-10T13:01:00Z",
                "batchSize": 2,
                "streamArn": arn("kinesis", "stream/evergreen-minutes"),
            },
        }


def test_records_of_a_batch_are_read_from_the_stream_again(queues, capsys):
    stream = Stream(queues, ["a", "b", "c", "d"])
    queues.send(WRITER, stream.letter(stream.numbers[1], stream.numbers[2]), {})
    assert "2 records of stream evergreen-minutes" in str(queues.run(capsys, "list")[1])
    assert queues.run(capsys, "redrive")[1]["redriven"] == 1
    ((function, event),) = queues.invoked
    assert function == "evergreen-feature-writer"
    assert [record["kinesis"]["data"] for record in event["Records"]] == ["Yg==", "Yw=="]


def test_batch_that_the_stream_has_deleted_names_the_backfill(queues, capsys):
    stream = Stream(queues, ["a"])
    before = str(int(stream.numbers[0]) - 1)
    queues.send(WRITER, stream.letter(before, before), {})
    reason = queues.run(capsys, "redrive")[1]["failed"][0]["failure"]
    assert "evergreen backfill" in reason
    assert "from 2024-10-10T13:00:00Z to 2024-10-10T13:01:00Z" in reason


def test_batch_with_failed_rows_stays(queues, capsys):
    stream = Stream(queues, ["a"])
    queues.send(WRITER, stream.letter(stream.numbers[0], stream.numbers[0]), {})
    body = json.dumps({"batchItemFailures": [{"itemIdentifier": "1"}]}).encode()
    queues.invoke = lambda **_: {
        "StatusCode": 200,
        "Payload": StreamingBody(io.BytesIO(body), len(body)),
    }
    document = queues.run(capsys, "redrive")[1]
    assert document["failed"][0]["failure"] == "failed again for 1 or more of 1 records"


def test_discard_asks_and_deletes(queues, capsys, monkeypatch):
    queues.send(QUEUE)
    queues.send(UNDELIVERED)
    for answer, left in (("n\n", 1), ("y\n", 0)):
        stdin = io.StringIO(answer)
        stdin.isatty = lambda: True
        monkeypatch.setattr("sys.stdin", stdin)
        code = main(["dead-letters", "discard", "--queue", QUEUE], queues.deployment.connect)
        asked = capsys.readouterr().err
        assert f"1 × Object Created of {EVENT['time']} in {QUEUE}" in asked
        assert "This deletes 1 dead letters for good. Continue? [y/N]" in asked
        assert (code, queues.count(QUEUE)) == (left, left)
    assert queues.count(UNDELIVERED) == 1


def test_discard_requires_yes_without_a_terminal(queues, capsys, monkeypatch):
    queues.send(QUEUE)
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    code, document = queues.run(capsys, "discard")
    assert (code, queues.count(QUEUE)) == (2, 1)
    assert document["error"] == "this deletes 1 dead letters for good: confirm it with --yes"
    assert queues.run(capsys, "discard", "--yes")[1]["discarded"] == 1
    assert queues.count(QUEUE) == 0


def test_chosen_messages_are_discarded(queues, capsys):
    first = queues.send(QUEUE, other_event("1"))
    queues.send(QUEUE, other_event("2"))
    code, document = queues.run(capsys, "discard", "--yes", "--id", first)
    assert (code, document["discarded"], queues.count(QUEUE)) == (0, 1, 1)
    code, document = queues.run(capsys, "discard", "--yes", "--id", first)
    assert (code, document["not_found"]) == (1, [first])
