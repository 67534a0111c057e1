"""Messages of topics to functions: as asynchronous invocations, if the function's policy allows.

MiniStack runs the function once, without retries, and without regard to its policy.
"""

import json
import logging
import threading
import types
from collections.abc import Callable, Sequence
from typing import Any

from local import ministack, runtime
from local.iam import deliveries
from local.iam.policies import AccessDeniedError
from local.lambda_ import async_invocations, functions

log = logging.getLogger(__name__)


class _Worker:
    """A thread of MiniStack as a worker that the clock counts."""

    def __init__(self, *, target: Callable[..., Any], args: Sequence[Any], daemon: bool) -> None:
        del daemon
        self._target, self._args = target, args

    def start(self) -> None:
        runtime.clock.spawn(self._target, *self._args)


def deliver(
    endpoint: str, envelope: str, topic: str, subscription: str, *_message: object
) -> None:
    """Invoke a subscribed function with SNS's event for a message."""
    record = functions.find(endpoint)
    if record is None:
        log.warning("topic %s: function %s does not exist", topic, endpoint)
        return
    try:
        deliveries.to_function("sns", record, topic)
    except AccessDeniedError as denied:
        log.warning("topic %s: %s", topic, denied)
        return
    event = {
        "Records": [
            {
                "EventVersion": "1.0",
                "EventSubscriptionArn": subscription,
                "EventSource": "aws:sns",
                "Sns": json.loads(envelope),
            }
        ]
    }
    async_invocations.invoke(record, event)


def install() -> None:
    """Deliver to functions by the local asynchronous invocation."""
    ministack.deliver_topic_to_function.replace(deliver)
    threads = types.ModuleType("threading")
    threads.__dict__.update(vars(threading), Thread=_Worker)
    ministack.topic_threads.replace(threads)
