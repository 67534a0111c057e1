"""Predictions with their ground truth as the windows of a reading. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any, Self

from pydantic import FiniteFloat, ValidationError

from common import captured_values, captures, scores, threshold, times
from common.captures import Pair, Record
from common.config import describe
from common.deepar import QUANTILE_LEVELS
from common.events import Event
from common.forecast_metrics import registry
from common.forecast_metrics.sample import Sample
from common.readings.result import Measurement

MAXIMUM_WINDOWS = 48  # the newest of a reading
ZERO = "truth has only zero values"
ZERO_LOSS = "one of the losses is zero"


class EvaluationError(ValueError):
    """The evaluation of the version does not say what its training targets were."""


class _History(Event):
    mean: FiniteFloat
    median: FiniteFloat
    naive_error: FiniteFloat


class TrainingTargets(Event):
    """What a version's evaluation.json says about its training: the constants to beat."""

    history: _History

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """Parse evaluation.json; raises EvaluationError."""
        try:
            return cls.model_validate_json(body)
        except ValidationError as error:
            raise EvaluationError(f"evaluation.json: {describe(error)}") from None


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a request, its prediction, and what happened."""

    inference_id: str
    features: Any  # as in the request: a list or an object
    prediction: float
    label: float


def rows(captured: Iterable[Record], pairs: Iterable[Pair]) -> list[Row]:
    """Return the matched rows in order of their requests; unreadable inputs have no features."""
    inputs: dict[str, Sequence[Any]] = {}
    for record in captured:
        inputs.setdefault(captures.request_id(record), _features(record))
    found = []
    for pair in pairs:
        sent = inputs[pair.event_id]
        features = sent[pair.position] if pair.position < len(sent) else None
        found.append(Row(pair.event_id, features, pair.prediction, pair.label))
    return found


def _features(record: Record) -> Sequence[Any]:
    """Return the rows of a captured request."""
    try:
        return captured_values.rows(record["captureData"]["endpointInput"])
    except captured_values.UNREADABLE:
        return ()


def measurement(
    found: Sequence[Row], targets: TrainingTargets, rows_per_window: int, time: datetime
) -> Measurement:
    """Return the windows of a reading at a time, with losses and metrics over all of them.

    Windows have `rows_per_window` rows as those of the backtest, the last one also the rest. They
    get a minute each, which orders them among those of other readings.
    """
    if not found:
        return Measurement([])
    count = max(1, len(found) // rows_per_window)
    starts = [number * rows_per_window for number in range(count)][-MAXIMUM_WINDOWS:]
    chunks = [
        found[start : None if start == starts[-1] else start + rows_per_window] for start in starts
    ]
    documents = []
    for number, chunk in enumerate(chunks):
        first = time - (len(chunks) - number) * times.MINUTE
        documents.append(_window(chunk, targets, rows_per_window, first))
    measured = list(chain.from_iterable(chunks))
    if all(document["score"] is None for document in documents):
        return Measurement(documents)
    sample = Sample(
        [row.label for row in measured],
        _quantiles(measured),
        [row.prediction for row in measured],
        targets.history.naive_error,
    )
    return Measurement(documents, _losses(measured, targets), registry.compute(sample))


def _window(
    chunk: Sequence[Row], targets: TrainingTargets, rows_per_window: int, first: datetime
) -> dict[str, Any]:
    document: dict[str, Any] = {
        "inference_id": chunk[0].inference_id,
        "first_minute": times.iso(first),
        "rows": [row.features for row in chunk],
        "truth": [row.label for row in chunk],
        "mean": [row.prediction for row in chunk],
        "quantiles": _quantiles(chunk),
    }
    if len(chunk) < rows_per_window:
        reason = f"{len(chunk)} rows with ground truth, expected at least {rows_per_window}"
        return {**document, "score": None, "reason": reason}
    if not any(document["truth"]):
        return {**document, "score": None, "reason": ZERO}
    losses = _losses(chunk, targets)
    score = threshold.score(losses["wql"], losses["reference_wql"])
    return {
        **document,
        **losses,
        "score": score,
        "reason": ZERO_LOSS if score is None else None,
    }


def _losses(found: Sequence[Row], targets: TrainingTargets) -> dict[str, float]:
    truth = [row.label for row in found]
    constants = {"reference_wql": targets.history.mean, "naive_wql": targets.history.median}
    return {
        "wql": scores.mean_wql(truth, _quantiles(found)),
        **{
            name: scores.mean_wql(truth, dict.fromkeys(QUANTILE_LEVELS, [value] * len(truth)))
            for name, value in constants.items()
        },
    }


def _quantiles(found: Sequence[Row]) -> dict[str, list[float]]:
    """Return each prediction as every quantile: the mean wQL is then that of the error."""
    predictions = [row.prediction for row in found]
    return dict.fromkeys(QUANTILE_LEVELS, predictions)
