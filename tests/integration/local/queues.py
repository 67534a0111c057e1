"""Queues that catch events, and the rules that send them there."""

import json

BUS = "loop"


class Queue:
    def __init__(self, aws, name):
        self.aws, self.client = aws, aws.client("sqs")
        self.url = self.client.create_queue(QueueName=name)["QueueUrl"]
        self.arn = f"arn:aws:sqs:eu-west-1:123456789012:{name}"

    def read(self):
        self.aws.settle()
        messages = []
        while found := self.client.receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        ).get("Messages"):
            messages += found
            for message in found:
                handle = message["ReceiptHandle"]
                self.client.delete_message(QueueUrl=self.url, ReceiptHandle=handle)
        return messages

    def bodies(self):
        return [json.loads(message["Body"]) for message in self.read()]


def rule(aws, name, target, pattern=None, bus=BUS, **settings):
    events = aws.client("events")
    target = {"Id": "t", **target}
    events.put_rule(
        Name=name,
        EventBusName=bus,
        **({"EventPattern": json.dumps(pattern)} if pattern else settings),
    )
    assert (
        events.put_targets(Rule=name, EventBusName=bus, Targets=[target])["FailedEntryCount"] == 0
    )
