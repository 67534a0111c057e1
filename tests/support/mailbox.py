"""The mails of a deployment, as whoever subscribes to its notifications receives them."""

from contextlib import contextmanager

from tests.support.event_queue import Queue
from tests.support.permissions import allow_service

TOPIC = "arn:aws:sns:eu-west-1:123456789012:evergreen-notifications"


@contextmanager
def mailbox(aws, name):
    """Subscribe a queue for the time of a `with` -> a function that returns the new mails.

    A mail is its subject and its lines.
    """
    queue, topics = Queue(aws, name), aws.client("sns")
    policy = allow_service("sns", "sqs:SendMessage", queue.arn)
    queue.client.set_queue_attributes(QueueUrl=queue.url, Attributes={"Policy": policy})
    subscription = topics.subscribe(TopicArn=TOPIC, Protocol="sqs", Endpoint=queue.arn)

    def mails():
        return [(body["Subject"], body["Message"].splitlines()) for body in queue.bodies()]

    yield mails
    topics.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
    queue.client.delete_queue(QueueUrl=queue.url)


def page_url(aws):
    """Return the address of the page of approval links on the local AWS, which has one port."""
    apis = aws.client("apigateway").get_rest_apis(limit=500)["items"]
    [api] = [api["id"] for api in apis if api["name"] == "evergreen-approval"]
    return f"{aws.url}/_aws/execute-api/{api}/decide/approval"
