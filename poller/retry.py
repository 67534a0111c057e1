"""Retries with exponential back-off and jitter; a request to stop interrupts the pause."""

import logging
from collections.abc import Callable
from random import uniform
from threading import Event

from tenacity import RetryCallState, Retrying, retry_if_exception_type

from poller.interruptible import StoppedError

logger = logging.getLogger(__name__)


def delay(
    failures: int, first: float, longest: float, error: BaseException | None = None
) -> float:
    """Return the seconds to wait after so many failures in a row.

    The limit doubles from `first` to `longest`; the delay is half of it to all of it, and at least
    the `retry_after` of the error.
    """
    limit = min(longest, first * 2.0 ** min(failures - 1, 30))
    jittered = limit * uniform(0.5, 1)  # noqa: S311 - not for security
    return max(jittered, getattr(error, "retry_after", 0.0))


def wait_exponential(first: float, longest: float) -> Callable[[RetryCallState], float]:
    """Return `delay` as tenacity's parameter `wait`."""
    return lambda state: delay(state.attempt_number, first, longest, _error(state))


def retry_until_stopped(
    stop: Event,
    first: float,
    longest: float,
    errors: tuple[type[Exception], ...],
    message: str,
    **fields: object,
) -> Retrying:
    """Retry on these errors until success; log each. Raises StoppedError once `stop` is set."""

    def pause(seconds: float) -> None:
        stop.wait(seconds)
        if stop.is_set():
            raise StoppedError

    return Retrying(
        wait=wait_exponential(first, longest),
        retry=retry_if_exception_type(errors),
        before_sleep=lambda state: log(message, _error(state), state.upcoming_sleep, **fields),
        sleep=pause,
    )


def log(message: str, error: BaseException | None, seconds: float, **fields: object) -> None:
    """Log a failure and the delay (seconds) before the next attempt."""
    extra = {**fields, "error": str(error)[:500], "delay_seconds": round(seconds, 1)}
    logger.warning(message, extra=extra)


def _error(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None
