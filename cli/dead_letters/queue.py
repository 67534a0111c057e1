"""The dead-letter queues: reading without losing, releasing, deleting."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cli.aws import Json, pages
from cli.connection import Connection
from cli.dead_letters.letter import DeadLetter

BATCH = 10  # messages per request of SQS
ATTEMPTS = 3  # to release or delete messages, of which SQS may refuse some
# Long enough for all messages of a command; those of a killed command appear again afterwards.
HOLD_SECONDS = 900
LONG_POLL_SECONDS = 1  # a long poll asks all servers of SQS; a short one may miss messages
COUNTS = {
    "ApproximateNumberOfMessages": "messages",
    "ApproximateNumberOfMessagesNotVisible": "hidden",
}


@dataclass(frozen=True, eq=False)
class Queue:
    """A dead-letter queue of the deployment; `stage` is its stage of the loop."""

    sqs: Any
    url: str
    name: str
    stage: str
    wait_seconds: int = LONG_POLL_SECONDS

    def counts(self) -> Json:
        """Return the numbers of messages: `messages` can be read, `hidden` are being read."""
        found = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=list(COUNTS))
        return {ours: int(found["Attributes"][name]) for name, ours in COUNTS.items()}


def queues(connection: Connection) -> list[Queue]:
    """Return the deployment's queues that exist, in the order of the stages."""
    sqs, outputs = connection.clients("sqs"), connection.outputs
    # The prefix may also be the start of another deployment's prefix.
    found = pages(sqs, "list_queues", "QueueUrls", QueueNamePrefix=f"{outputs.prefix}-")
    urls = {url.rpartition("/")[2]: url for url in found}
    wait = min(LONG_POLL_SECONDS, int(connection.poll_seconds))
    return [
        Queue(sqs, urls[name], name, stage, wait)
        for stage, names in sorted(outputs.dead_letter_queues.items())
        for name in names
        if name in urls
    ]


class Reader:
    """Reads the messages of a queue once each, and hides them from others until it is closed.

    Closing shows all messages again that were not deleted.
    """

    def __init__(self, queue: Queue) -> None:
        self.queue = queue
        self._held: dict[str, DeadLetter] = {}

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, *_: object) -> None:
        self._change(
            list(self._held.values()),
            self.queue.sqs.change_message_visibility_batch,
            VisibilityTimeout=0,
        )

    def batches(self, size: int = BATCH) -> Iterator[list[DeadLetter]]:
        """Yield new messages until the queue returns none."""
        while received := self._receive(size):
            new = [letter for letter in received if letter.message_id not in self._held]
            self._held |= {letter.message_id: letter for letter in received}
            if new:
                yield new

    def _receive(self, size: int) -> list[DeadLetter]:
        response = self.queue.sqs.receive_message(
            QueueUrl=self.queue.url,
            MaxNumberOfMessages=size,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["All"],
            VisibilityTimeout=HOLD_SECONDS,
            WaitTimeSeconds=self.queue.wait_seconds,
        )
        messages = response.get("Messages", ())
        return [DeadLetter.of(self.queue.name, self.queue.stage, message) for message in messages]

    def delete(self, letters: Sequence[DeadLetter]) -> list[DeadLetter]:
        """Delete messages and return those that SQS refused to delete."""
        refused = self._change(letters, self.queue.sqs.delete_message_batch)
        kept = {letter.message_id for letter in refused}
        for letter in letters:
            if letter.message_id not in kept:
                self._held.pop(letter.message_id, None)
        return refused

    def _change(
        self, letters: Sequence[DeadLetter], request: Callable[..., Json], **fields: object
    ) -> list[DeadLetter]:
        """Make a batch request for messages and return those that it failed for, after retries."""
        todo = list(letters)
        for _ in range(ATTEMPTS):
            todo = [
                letter
                for first in range(0, len(todo), BATCH)
                for letter in self._failed(todo[first : first + BATCH], request, fields)
            ]
        return todo

    def _failed(
        self, letters: Sequence[DeadLetter], request: Callable[..., Json], fields: Json
    ) -> list[DeadLetter]:
        entries = [
            {"Id": str(number), "ReceiptHandle": letter.receipt} | fields
            for number, letter in enumerate(letters)
        ]
        response = request(QueueUrl=self.queue.url, Entries=entries)
        return [letters[int(failed["Id"])] for failed in response.get("Failed", ())]
