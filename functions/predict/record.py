"""What a model takes and answers, as its record.json says. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

DEEPAR = "deepar"  # format of forecasting models; the others take rows of features


@dataclass(frozen=True, slots=True)
class Feature:
    """One value of a row."""

    name: str
    type: str  # number or string
    enum: tuple[str, ...] = ()  # what a string may be
    minimum: float | None = None
    maximum: float | None = None

    @property
    def expected(self) -> str:
        """What a value of the feature is, for messages."""
        if self.enum:
            return f"one of {', '.join(self.enum)}"
        if self.type != "number":
            return "a non-empty string"
        limits = [f"at least {self.minimum:g}"] if self.minimum is not None else []
        limits += [f"at most {self.maximum:g}"] if self.maximum is not None else []
        return " ".join(["a finite number", *limits])


@dataclass(frozen=True, slots=True)
class Record:
    """The record of one model."""

    model: str
    is_forecaster: bool
    features: tuple[Feature, ...] = ()
    matrix: str | None = None  # member with the rows as a matrix; None: rows are objects
    outputs: tuple[tuple[str, float], ...] = ()  # answers by name: prediction + constant
    stream_decimals: int | None = None  # that `/stream` rounds to

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Read a record.json; raises KeyError, TypeError or ValueError."""
        return cls(
            model=document["model"],
            is_forecaster=document.get("format") == DEEPAR,
            features=tuple(map(_feature, document.get("features", ()))),
            matrix=document.get("request", {}).get("matrix"),
            outputs=tuple(document.get("outputs", {}).items()),
            stream_decimals=document.get("stream_decimals"),
        )


def _feature(fields: Mapping[str, Any]) -> Feature:
    return Feature(
        name=fields["name"],
        type=fields["type"],
        enum=tuple(fields.get("enum", ())),
        minimum=fields.get("minimum"),
        maximum=fields.get("maximum"),
    )
