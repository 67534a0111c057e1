"""The page: a field for each feature of a tabular model, and the answer to what was sent. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2

Record = Mapping[str, Any]
TEMPLATE = Path(__file__).with_name("page.html.j2")


@dataclass(frozen=True, slots=True)
class Shown:
    """The prediction to show, or why there is none."""

    answer: Mapping[str, Any] | None = None
    problem: str | None = None
    inference_id: str = ""


def html(record: Record, values: Mapping[str, str], shown: Shown) -> str:
    """Return the page with the values that were sent, at first the examples of the record."""
    fields = [
        {**feature, "value": values.get(feature["name"], str(feature["example"]))}
        for feature in record["features"]
    ]
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    return environment.from_string(TEMPLATE.read_text()).render(
        title=record["model"].replace("_", " ").capitalize(),
        description=record["description"],
        fields=[{"enum": None, **field} for field in fields],
        answer=shown.answer,
        problem=shown.problem,
        inference_id=shown.inference_id,
    )


def body(record: Record, values: Mapping[str, str]) -> Any:
    """Return the raw features as the model's API takes them; a bad number is left to the API."""
    features = {f["name"]: _value(f, values.get(f["name"], "")) for f in record["features"]}
    matrix = record.get("request", {}).get("matrix")
    return features if matrix is None else {matrix: [list(features.values())]}


def shown(record: Record, status: int, inference_id: str, document: Any) -> Shown:
    """Return what to show of an answer of the API."""
    if status < 400:
        answer = document if isinstance(document, dict) else {record["target"]: document}
        rounded = {n: round(v, 2) if isinstance(v, float) else v for n, v in answer.items()}
        return Shown(answer=rounded, inference_id=inference_id)
    details = [error["detail"] for error in document.get("errors", [])]
    return Shown(problem="; ".join(details) or str(document.get("detail", f"status {status}")))


def _value(feature: Mapping[str, Any], text: str) -> str | float:
    if feature["type"] != "number":
        return text
    try:
        return float(text.replace(",", ".")) if text.strip() else text
    except ValueError:
        return text
