"""SQS queues that receive events, and the rules that route events to them."""

import json

from tests.support.permissions import ROLE, allow_service

BUS = "loop"


class Queue:
    def __init__(self, aws, name):
        self.aws, self.client = aws, aws.client("sqs")
        self.arn = aws.arn("sqs", name)
        policy = allow_service("events", "sqs:SendMessage", self.arn)
        self.url = self.client.create_queue(QueueName=name, Attributes={"Policy": policy})[
            "QueueUrl"
        ]

    def read(self):
        """Settle, then receive and delete all messages."""
        self.aws.settle()
        messages = []
        while received := self.client.receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        ).get("Messages"):
            messages += received
            for message in received:
                handle = message["ReceiptHandle"]
                self.client.delete_message(QueueUrl=self.url, ReceiptHandle=handle)
        return messages

    def bodies(self):
        return [json.loads(message["Body"]) for message in self.read()]


def add_rule(aws, name, target, pattern=None, bus=BUS, **settings):
    events = aws.client("events")
    if pattern:
        settings["EventPattern"] = json.dumps(pattern)
    events.put_rule(Name=name, EventBusName=bus, **settings)
    if ":firehose:" in target["Arn"]:
        target = {"RoleArn": ROLE, **target}
    targets = [{"Id": "target", **target}]
    response = events.put_targets(Rule=name, EventBusName=bus, Targets=targets)
    assert response["FailedEntryCount"] == 0
