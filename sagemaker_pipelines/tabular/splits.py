"""Which rows of a table train, validate and test. Pure."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

TRAIN, VALIDATION, TEST = "train", "validation", "test"


class Split(Protocol):
    """A rule for rows of raw cells."""

    def parts(self, lines: Sequence[Sequence[str]]) -> list[str]:
        """Return the part of each row: train, validation or test."""


@dataclass(frozen=True, slots=True)
class LastRows:
    """The last rows test, the others train."""

    test: int

    def parts(self, lines: Sequence[Sequence[str]]) -> list[str]:
        """Return the part of each row."""
        train = max(0, len(lines) - self.test)
        return [TRAIN] * train + [TEST] * (len(lines) - train)


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares of the rows, drawn by their content; the rest tests.

    A row remains in its part whatever is added to the data, and equal rows are in the same part:
    no version was trained on rows that a later tournament judges it by.
    """

    train: float
    validation: float

    def parts(self, lines: Sequence[Sequence[str]]) -> list[str]:
        """Return the part of each row."""
        return [self._part(_uniform(line)) for line in lines]

    def _part(self, drawn: float) -> str:
        if drawn < self.train:
            return TRAIN
        return VALIDATION if drawn < self.train + self.validation else TEST


def _uniform(line: Sequence[str]) -> float:
    """Return a number from 0 to 1 that depends only on the cells."""
    digest = hashlib.sha256("\x1f".join(line).encode()).digest()
    return float(int.from_bytes(digest[:8], "big") / 2**64)
