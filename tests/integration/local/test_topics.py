"""Topics of the local AWS invoke functions: asynchronously, with retries, by their policy."""

import json

import pytest

from tests.support.event_queue import Queue
from tests.support.lambda_function import Function

pytestmark = pytest.mark.integration

CODE = """
import json

def lambda_handler(event, context):
    [record] = event["Records"]
    message = json.loads(record["Sns"]["Message"])
    print("received", message["name"], record["Sns"]["Subject"])
    if message.get("fail"):
        raise ValueError("no such luck")
"""


def subscribed(aws, name, *, allowed=True, **settings):
    """Create a topic whose subscriber is a function -> function and ARN of the topic."""
    function, topics = Function(aws, name, CODE, **settings), aws.client("sns")
    topic = topics.create_topic(Name=f"{name}-topic")["TopicArn"]
    if allowed:
        function.client.add_permission(
            FunctionName=name,
            StatementId="topic",
            Action="lambda:InvokeFunction",
            Principal="sns.amazonaws.com",
            SourceArn=topic,
        )
    arn = function.client.get_function(FunctionName=name)["Configuration"]["FunctionArn"]
    topics.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn)
    return function, topic


def publish(aws, topic, **message):
    aws.client("sns").publish(TopicArn=topic, Subject="a subject", Message=json.dumps(message))
    aws.settle()


def received(function):
    return [line for line in function.log() if "received" in line]


def test_function_receives_a_message_before_the_clock_has_settled(aws):
    function, topic = subscribed(aws, "topic-reader")
    publish(aws, topic, name="first")
    assert len(received(function)) == 1
    assert "received first a subject" in received(function)[0]


def test_failed_message_is_retried_and_becomes_a_dead_letter(aws):
    letters = Queue(aws, "topic-letters")
    function, topic = subscribed(aws, "topic-failer", DeadLetterConfig={"TargetArn": letters.arn})
    publish(aws, topic, name="bad", fail=True)
    aws.pass_minutes(5)
    assert len(received(function)) == 3
    [letter] = letters.read()
    assert "bad" in letter["Body"]
    assert letter["MessageAttributes"]["ErrorMessage"]["StringValue"] == "no such luck"


def test_function_without_permission_receives_nothing(aws):
    function, topic = subscribed(aws, "topic-stranger", allowed=False)
    publish(aws, topic, name="first")
    with pytest.raises(function.client.exceptions.ClientError, match="log group"):
        function.log()
