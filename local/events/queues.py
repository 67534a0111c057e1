"""SQS on the clock: a long poll never waits for a virtual time that stands still."""

from collections.abc import Awaitable, Callable
from typing import Any

from local import ministack, runtime

Receive = Callable[[dict[str, Any], str], Awaitable[dict[str, Any]]]


def _without_waiting(receive: Receive) -> Receive:
    async def wrapper(data: dict[str, Any], queue: str) -> dict[str, Any]:
        if runtime.clock.mode != "real":
            data = data | {"WaitTimeSeconds": 0}
        return await receive(data, queue)

    return wrapper


def install() -> None:
    """Wrap how MiniStack receives messages."""
    ministack.receive_message.wrap(_without_waiting)
