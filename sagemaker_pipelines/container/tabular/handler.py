"""Requests to a tabular model: CSV or JSON with raw features, and its predictions. No HTTP.

Content types and their responses:
- `text/csv`: a row per line without header -> a prediction per line.
- `application/json`: `{"instances": […]}` -> `{"predictions": [{"prediction": …}, …]}`. An
  instance is an object or a list of the features; or a window of rows `{"rows": […]}`, of which
  the response is in Amazon DeepAR's format, as the tournament and the monitor read it.
- `application/jsonlines`: an instance per line -> a response per line.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from common.deepar import QUANTILE_LEVELS
from common.errors import bad_value
from sagemaker_pipelines.container.algorithms import metadata
from sagemaker_pipelines.container.inference import JSON, LINES, RequestError
from sagemaker_pipelines.container.json_text import loads
from sagemaker_pipelines.tabular import algorithm, csv_rows
from sagemaker_pipelines.tabular.record import Array, RecordError, read

# Rows of one request: a batch transform sends 1 MB at a time, with rows of 2 bytes or more.
MAX_ROWS = 600_000
CSV = "text/csv"


class TabularHandler:
    """Answers requests with the model of a folder."""

    content_types = (CSV, JSON, LINES)

    def __init__(self, folder: Path) -> None:
        name = metadata.read(folder)["algorithm"]
        self._record = read(name)
        self._model = algorithm.find(name).load(folder)

    def answer(self, body: bytes, content_type: str, accept: str = "") -> tuple[str, bytes]:
        """Return content type and body of the response; raises RequestError."""
        text = _text(body)
        try:
            if content_type == CSV:
                return self._csv(text, accept)
            if content_type == LINES:
                return LINES, self._lines(text).encode()
            return JSON, _dump(self._json(text)).encode()
        except RecordError as error:
            raise RequestError(str(error)) from None

    def _csv(self, text: str, accept: str) -> tuple[str, bytes]:
        _check_count(text.count("\n"))
        found = self._predict(csv_rows.matrix(text, self._record))
        if accept == JSON:
            predictions = [{"prediction": value} for value in found.tolist()]
            return JSON, _dump({"predictions": predictions}).encode()
        values = orjson.dumps(found, option=orjson.OPT_SERIALIZE_NUMPY)
        return CSV, values[1:-1].replace(b",", b"\n") + b"\n"

    def _json(self, text: str) -> dict[str, Any]:
        request = _load(text, "request")
        instances = request.get("instances") if isinstance(request, dict) else None
        if not isinstance(instances, list) or not instances:
            raise RequestError("request: expected an object with a list of instances")
        return {"predictions": self._responses(instances, "instances ")}

    def _lines(self, text: str) -> str:
        lines = [line for line in text.split("\n") if line.strip()]
        if not lines:
            raise RequestError("request: got no lines, expected one instance per line")
        instances = [_load(line, f"line {number}") for number, line in enumerate(lines, 1)]
        responses = self._responses(instances, "line ", first=1)
        return "".join(f"{_dump(response)}\n" for response in responses)

    def _responses(
        self, instances: Sequence[Any], where: str, first: int = 0
    ) -> list[dict[str, Any]]:
        windows = [isinstance(one, dict) and set(one) == {"rows"} for one in instances]
        if not any(windows):
            found = self._rows(instances, where, first)
            return [{"prediction": value} for value in found]
        if not all(windows):
            raise RequestError("instances: got rows and windows, expected one kind of them")
        return [
            self._window(one["rows"], f"{where}{number}")
            for number, one in enumerate(instances, first)
        ]

    def _window(self, rows: Any, where: str) -> dict[str, Any]:
        """Return the predictions of a window; each is also every quantile, so that wQL is WAPE."""
        if not isinstance(rows, list) or not rows:
            raise RequestError(bad_value(f"{where}: rows", rows, "a list of rows"))
        found = self._rows(rows, f"{where}, row ")
        return {"mean": found, "quantiles": dict.fromkeys(QUANTILE_LEVELS, found)}

    def _rows(self, rows: Sequence[Any], where: str, first: int = 0) -> list[float]:
        _check_count(len(rows))
        values: list[float] = self._predict(self._record.matrix(rows, where, first)).tolist()
        return values

    def _predict(self, table: Array) -> Array:
        if not len(table):
            raise RequestError("request: got no rows, expected at least one")
        with np.errstate(over="ignore", invalid="ignore"):
            found = np.ascontiguousarray(self._model.predict(table), np.float64)
        if not np.isfinite(found).all():
            raise RequestError("prediction: not finite, expected features of a usual size")
        return found


def _check_count(count: int) -> None:
    if count > MAX_ROWS:
        raise RequestError(bad_value("rows", count, f"at most {MAX_ROWS}"))


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RequestError(f"request: expected UTF-8 ({error})") from None


def _load(text: str, where: str) -> Any:
    try:
        return loads(text)
    except (RecursionError, ValueError) as error:
        raise RequestError(f"{where}: expected JSON ({error})") from None


def _dump(document: Any) -> str:
    return json.dumps(document, allow_nan=False)
