"""How long to wait after a failure: exponential, jittered, capped."""

from random import uniform


class Backoff:
    """Delays in seconds; `reset` after a success."""

    def __init__(self, first: float, longest: float) -> None:
        self._first, self._longest = first, longest
        self.failures = 0

    def next(self) -> float:
        """Count a failure and give the delay before the next try."""
        delay = min(self._longest, self._first * 2.0 ** min(self.failures, 30))
        self.failures += 1
        return delay * uniform(0.5, 1)  # noqa: S311 - spreads tries, guards nothing

    def reset(self) -> None:
        """Begin anew."""
        self.failures = 0
