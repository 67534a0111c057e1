"""The request to the endpoint that follows from a client's, and the answer to the client. Pure."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from predict import answers, body, inference, json_body, rows, series
from predict.body import CSV, JSON
from predict.settings import Settings

DEFAULT_SAMPLES = 200  # of a forecast, if neither client nor deployment sets a number


@dataclass(frozen=True, slots=True)
class Prediction:
    """A request to the endpoint; `answer` makes the client's answer of the endpoint's."""

    content_type: str  # of both
    request: bytes
    answer_type: str
    answer: Callable[[bytes], str]


def prediction(
    event: Mapping[str, Any], headers: Mapping[str, str], settings: Settings, *, single: bool
) -> Prediction:
    """Return the request for a client's record, or for many; raises ProblemError."""
    forecaster = settings.record.is_forecaster
    content_type = body.content_type(headers, tabular=not forecaster)
    text = body.text(event)
    inference.check_size("the body", text.encode("utf-8", "surrogatepass"))
    if forecaster:
        return _of_series(json_body.parse(text), settings, single=single)
    return _of_rows(text, content_type, settings, single=single)


def _of_series(document: object, settings: Settings, *, single: bool) -> Prediction:
    samples = settings.forecast.samples if settings.forecast else DEFAULT_SAMPLES
    if single:
        request = series.single_request(document, samples)
    else:
        request = series.batch_request(document, samples, settings.max_rows)
    return Prediction(JSON, request, JSON, bytes.decode)


def _of_rows(text: str, content_type: str, settings: Settings, *, single: bool) -> Prediction:
    record, limit = settings.record, settings.max_rows
    if content_type == CSV:
        found = rows.csv_rows(text, record, limit, single=single)
    else:
        found = rows.json_rows(json_body.parse(text), record, limit, single=single)

    def answer(response: bytes) -> str:
        values = answers.predictions(response, len(found))
        if content_type == CSV:
            return answers.csv_answer(values, record, single=single)
        return json.dumps(answers.json_answer(values, record, single=single))

    return Prediction(CSV, rows.request_body(found), content_type, answer)
