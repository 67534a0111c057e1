"""SQS queues that receive events, and the rules that route events to them."""

import json

BUS = "loop"


class Queue:
    def __init__(self, aws, name):
        self.aws, self.client = aws, aws.client("sqs")
        self.url = self.client.create_queue(QueueName=name)["QueueUrl"]
        self.arn = f"arn:aws:sqs:eu-west-1:123456789012:{name}"

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
    targets = [{"Id": "target", **target}]
    response = events.put_targets(Rule=name, EventBusName=bus, Targets=targets)
    assert response["FailedEntryCount"] == 0
