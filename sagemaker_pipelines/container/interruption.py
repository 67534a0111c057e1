"""SIGTERM (a stopped job, an interrupted spot instance) as a flag that trainings may ask for."""

import signal
from types import FrameType

_received: list[int] = []


def watch() -> None:
    """Remember SIGTERM instead of ending the process."""
    signal.signal(signal.SIGTERM, _remember)


def requested() -> bool:
    """Return whether the process was asked to end."""
    return bool(_received)


def _remember(number: int, _: FrameType | None) -> None:
    _received.append(number)
