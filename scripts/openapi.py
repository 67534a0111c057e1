"""Render the OpenAPI documents of the HTTP API, one for each model with a record.json.

`python -m scripts.openapi` writes functions/predict/openapi/<model>.json; with `--check` it exits
with 1 and names those that are out of date.
"""

import argparse
import copy
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from predict.problems import CONTENT_TYPE, Kind
from scripts.openapi_schemas import schemas

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "functions" / "predict" / "openapi"
RECORDS = ROOT / "sagemaker_pipelines"
TEMPLATE = "template.json"
# Answers of API Gateway itself: terraform/modules/serve/gateway_responses.tf.
GATEWAY = {
    403: "The request is not allowed",
    429: "The quota of the key is used up",
    504: "The model did not answer in time",
}
WITHOUT_BODY = (413, 415)  # statuses that only a request with a body gets
Json = dict[str, Any]


def main() -> None:
    """Write or check the documents."""
    parser = argparse.ArgumentParser(prog="python -m scripts.openapi", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, report differences")
    check = parser.parse_args().check
    stale = []
    for file in sorted(RECORDS.glob("*/record.json")):
        record = json.loads(file.read_text())
        target = FOLDER / f"{record['model']}.json"
        text = json.dumps(document(record), indent=2, ensure_ascii=False) + "\n"
        if target.is_file() and target.read_text() == text:
            continue
        stale.append(target.name)
        if not check:
            target.write_text(text)
    if check and stale:
        sys.exit(f"OpenAPI documents out of date: {', '.join(stale)}. Run `make fmt`.")


def document(record: Mapping[str, Any]) -> Json:
    """Return the OpenAPI document of a model."""
    found: Json = json.loads((FOLDER / TEMPLATE).read_text())
    found["info"] = {
        "title": f"Evergreen: {record['model']}",
        "summary": record["description"],
        **found["info"],
    }
    components, paths = found["components"], found["paths"]
    components["schemas"] |= schemas(record)
    components["responses"] = _problems()
    tabular = record.get("format") != "deepar"
    if tabular:
        del paths["/forecast"]
    for name in ("stream", "batch"):
        schema = name.capitalize()
        operation = paths[f"/{name}"]["post"]
        examples = {"example": _example(record, many=name == "batch")}
        operation["requestBody"] = {"required": True, "content": _content(schema, tabular=tabular)}
        operation["requestBody"]["content"]["application/json"] |= examples
        operation["responses"] = _responses(_content(f"{schema}Answer", tabular=tabular))
    for path, schema in (("/forecast", "ForecastAnswer"), ("/health", "Health")):
        if path in paths:
            answers = _responses(_content(schema, tabular=False))
            statuses = {s: a for s, a in answers.items() if int(s) not in WITHOUT_BODY}
            paths[path]["get"]["responses"] = statuses
    return found


def _content(schema: str, *, tabular: bool) -> Json:
    found: Json = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    if tabular:
        found["text/csv"] = {"schema": {"description": "rows without a header"}}
    return found


def _responses(content: Json) -> Json:
    headers = {"X-Inference-Id": {"$ref": "#/components/headers/InferenceId"}}
    answer = {"description": "The answer of the model", "headers": headers, "content": content}
    refused = {status: {"$ref": f"#/components/responses/{status}"} for status in _problems()}
    return {"200": answer, **refused}


def _problems() -> Json:
    """Return an answer for each status of a problem, of the function or of API Gateway."""
    titles: dict[int, list[str]] = {}
    for status, title in [*((kind.status, kind.title) for kind in Kind), *GATEWAY.items()]:
        titles.setdefault(status, []).append(title)
    content = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    headers = {"X-Inference-Id": {"$ref": "#/components/headers/GivenInferenceId"}}
    return {
        str(status): {
            "description": "; ".join(titles[status]),
            "headers": headers,
            "content": content,
        }
        for status in sorted(titles)
    }


def _example(record: Mapping[str, Any], *, many: bool) -> Json:
    """Return a request with the examples of the record."""
    if "example" in record:
        series = copy.deepcopy(record["example"])
        return {"instances": [series]} if many else dict(series)
    row = {feature["name"]: feature["example"] for feature in record["features"]}
    if matrix := record.get("request", {}).get("matrix"):
        return {matrix: [list(row.values())] * (2 if many else 1)}
    return {"records": [row]} if many else row


if __name__ == "__main__":
    main()
