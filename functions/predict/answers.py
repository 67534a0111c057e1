"""Answers of models that take rows: a prediction per row, as the record names it. Pure."""

from collections.abc import Sequence
from math import isfinite
from typing import Any

from common.errors import bad_value
from predict.problems import Kind, ProblemError
from predict.record import Record


def predictions(body: bytes, count: int) -> list[float]:
    """Return the endpoint's predictions: one number per line; raises ProblemError."""
    try:
        found = [float(line) for line in body.decode().split()]
    except ValueError as error:
        raise ProblemError(Kind.MODEL_FAILED, f"the model's answer: {error}") from None
    if len(found) != count or not all(map(isfinite, found)):
        expected = f"{count} finite numbers"
        raise ProblemError(Kind.MODEL_FAILED, bad_value("the model's answer", found, expected))
    return found


def json_answer(found: Sequence[float], record: Record, *, single: bool) -> Any:
    """Return the answer as a JSON value: numbers, or objects with the record's outputs."""
    answers = _answers(found, record, single=single)
    if not record.outputs:
        return answers[0][0] if single else answers
    named = [dict(zip(dict(record.outputs), values, strict=True)) for values in answers]
    return named[0] if single else {"predictions": named}


def csv_answer(found: Sequence[float], record: Record, *, single: bool) -> str:
    """Return the answer as CSV: a line per row, with the outputs in their order."""
    answers = _answers(found, record, single=single)
    return "".join(f"{','.join(map(repr, values))}\n" for values in answers)


def _answers(found: Sequence[float], record: Record, *, single: bool) -> list[list[float]]:
    constants = [constant for _, constant in record.outputs] or [0.0]
    decimals = record.stream_decimals if single else None
    return [
        [
            value + constant if decimals is None else round(value + constant, decimals)
            for constant in constants
        ]
        for value in found
    ]
