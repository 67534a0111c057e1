"""The record of a tabular model, `<model>/record.json`: its features, their values, its target.

Training, serving, batch scoring and monitoring read rows by it, so that they cannot differ. A row
has the raw values; algorithms get numbers, where a text is its position in the list of values.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from common.errors import bad_value

Array = NDArray[np.float64]
FILE = "record.json"
MODELS = Path(__file__).parents[1]  # a folder of each model, which has the file


class RecordError(ValueError):
    """A value is not one of the record; the message says where and what was expected."""


class Feature(BaseModel):
    """A feature of the model."""

    model_config = ConfigDict(frozen=True)

    name: str
    type: Literal["number", "string"]
    enum: tuple[str, ...] = ()
    minimum: float = -math.inf
    maximum: float = math.inf

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.type == "string") != bool(self.enum):
            raise ValueError(f"{self.name}: expected enum with type string, and only with it")
        return self

    def number(self, value: Any) -> float:
        """Return the number that algorithms get; raises ValueError with what was expected."""
        if self.enum:
            if value in self.enum:
                return float(self.enum.index(value))
            raise ValueError(bad_value(self.name, value, " or ".join(self.enum)))
        number = math.nan
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            with suppress(OverflowError, ValueError):
                number = float(value)
        if math.isfinite(number) and self.minimum <= number <= self.maximum:
            return number
        raise ValueError(bad_value(self.name, value, self._expected))

    @property
    def dtype(self) -> str:
        """Return the type of a column of CSV, in which no longer text is cut to one of `enum`."""
        return f"U{max(map(len, self.enum)) + 1}" if self.enum else "f8"

    def numbers(self, column: NDArray[Any]) -> Array:
        """Return the numbers of a column of `dtype`, NaN for values that are not valid."""
        if not self.enum:
            return np.where((column >= self.minimum) & (column <= self.maximum), column, np.nan)
        found = np.full(len(column), np.nan)
        for number, value in enumerate(self.enum):
            found[column == value] = number
        return found

    @property
    def _expected(self) -> str:
        if math.isfinite(self.minimum) and math.isfinite(self.maximum):
            return f"a number from {self.minimum:g} to {self.maximum:g}"
        if math.isfinite(self.minimum):
            return f"a number of at least {self.minimum:g}"
        if math.isfinite(self.maximum):
            return f"a number of at most {self.maximum:g}"
        return "a number"


class Record(BaseModel):
    """The features of a model in their order, and its target, a number."""

    model_config = ConfigDict(frozen=True)

    model: str
    description: str
    features: tuple[Feature, ...] = Field(min_length=1)
    target: str

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the features."""
        return tuple(feature.name for feature in self.features)

    @property
    def target_feature(self) -> Feature:
        """The target as a feature: any finite number."""
        return Feature(name=self.target, type="number")

    def row(self, values: Any) -> list[float]:
        """Return the numbers of a row, given by position or by name; raises RecordError."""
        if isinstance(values, Mapping):
            values = self._by_name(values)
        if not isinstance(values, Sequence) or isinstance(values, str):
            raise RecordError(bad_value("row", values, f"values of {', '.join(self.names)}"))
        if len(values) != len(self.features):
            expected = f"{len(self.features)}: {', '.join(self.names)}"
            raise RecordError(bad_value("values", len(values), expected))
        pairs = zip(self.features, values, strict=True)
        try:
            return [feature.number(value) for feature, value in pairs]
        except ValueError as error:
            raise RecordError(str(error)) from None

    def matrix(self, rows: Iterable[Any], where: str = "row ", first: int = 0) -> Array:
        """Return the numbers of rows: shape (rows, features); RecordError says which is wrong.

        Rows are counted from `first` and named after `where`.
        """
        found = []
        for number, values in enumerate(rows, first):
            try:
                found.append(self.row(values))
            except RecordError as error:
                raise RecordError(f"{where}{number}: {error}") from None
        return np.array(found, np.float64).reshape(len(found), len(self.features))

    def _by_name(self, values: Mapping[str, Any]) -> list[Any]:
        for name in self.names:
            if name not in values:
                raise RecordError(bad_value(name, "nothing", "a value"))
        if unknown := sorted(map(str, values.keys() - set(self.names))):
            raise RecordError(bad_value("field", unknown[0], f"only {', '.join(self.names)}"))
        return [values[name] for name in self.names]


@cache
def read(model: str) -> Record:
    """Return the record of a model; raises ValueError that names the known ones."""
    if model not in models():
        raise ValueError(bad_value("model", model, " or ".join(models())))
    return Record.model_validate_json((MODELS / model / FILE).read_text())


@cache
def models() -> tuple[str, ...]:
    """Return the names of all tabular models: folders with an algorithm and a record."""
    folders = (file.parent for file in MODELS.glob("*/algorithm.py"))
    return tuple(sorted(folder.name for folder in folders if (folder / FILE).is_file()))


def columns(record: Record) -> list[str]:
    """Return the columns of training data: the features and the target."""
    return list(chain(record.names, (record.target,)))
