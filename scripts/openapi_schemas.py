"""Schemas of requests and answers that follow from the record.json of a model. Pure."""

from collections.abc import Mapping
from typing import Any

from predict import series as series_request

Schema = dict[str, Any]
KEYWORDS = ("type", "enum", "minimum", "maximum", "description")
NUMBERS: Schema = {"type": "array", "items": {"type": "number"}}


def schemas(record: Mapping[str, Any]) -> dict[str, Schema]:
    """Return the schemas of a model by name: Stream, StreamAnswer, and so on."""
    return _of_series(record) if record.get("format") == "deepar" else _of_rows(record)


def _object(properties: Mapping[str, Schema], optional: tuple[str, ...] = ()) -> Schema:
    return {
        "type": "object",
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
        "properties": dict(properties),
    }


def _of_rows(record: Mapping[str, Any]) -> dict[str, Schema]:
    features = {
        feature["name"]: {key: feature[key] for key in KEYWORDS if key in feature}
        for feature in record["features"]
    }
    answer: Schema = {"type": "number", "description": record["target"]}
    many: Schema = {"type": "array", "items": NUMBERS}
    if outputs := record.get("outputs"):
        answer = _object({name: {"type": "number"} for name in outputs})
        many = _object({"predictions": {"type": "array", "items": answer}})
    if matrix := record.get("request", {}).get("matrix"):
        rows = _matrix(list(features.values()))
        stream = _object({matrix: {**rows, "maxItems": 1}})
        batch = _object({matrix: rows})
    else:
        stream = _object(features)
        batch = _object({"records": {"type": "array", "minItems": 1, "items": stream}})
    return {"Stream": stream, "StreamAnswer": answer, "Batch": batch, "BatchAnswer": many}


def _matrix(columns: list[Schema]) -> Schema:
    row = {
        "type": "array",
        "prefixItems": columns,
        "items": False,
        "minItems": len(columns),
    }
    return {"type": "array", "minItems": 1, "items": row}


def _of_series(record: Mapping[str, Any]) -> dict[str, Schema]:
    value: Schema = {"anyOf": [{"type": ["number", "null"]}, {"const": "NaN"}]}
    series: dict[str, Schema] = {
        "start": {
            "type": "string",
            "pattern": series_request.TIME,
            "description": "time of the first value, YYYY-MM-DD HH:MM:SS",
            "examples": [record["example"]["start"]],
        },
        "target": {
            "type": "array",
            "minItems": 1,
            "items": value,
            "description": 'a value per minute; null or "NaN" if it is not known',
        },
        "cat": {"type": "array", "items": {"type": "integer", "minimum": 0}},
        "dynamic_feat": {"type": "array", "items": NUMBERS},
    }
    configuration: Schema = _object(
        {
            "num_samples": {"type": "integer", "minimum": 1},
            "output_types": {
                "type": "array",
                "minItems": 1,
                "items": {"enum": ["mean", "quantiles", "samples"]},
            },
            "quantiles": {
                "type": "array",
                "items": {
                    "type": "string",
                    "pattern": series_request.LEVEL,
                    "description": 'such as "0.9"',
                },
            },
        },
        ("num_samples", "output_types", "quantiles"),
    )
    optional = ("cat", "dynamic_feat", "configuration")
    instances: Schema = {"type": "array", "minItems": 1, "items": _object(series, optional)}
    forecast = {
        "type": "object",
        "properties": {
            "mean": NUMBERS,
            "quantiles": {"type": "object", "additionalProperties": NUMBERS},
            "samples": {"type": "array", "items": NUMBERS},
        },
    }
    answer = {
        "type": "object",
        "required": ["predictions"],
        "properties": {"predictions": {"type": "array", "items": forecast}},
    }
    return {
        "Stream": _object({**series, "configuration": configuration}, optional),
        "StreamAnswer": answer,
        "Batch": _object({"instances": instances, "configuration": configuration}, optional),
        "BatchAnswer": answer,
        "ForecastAnswer": _forecast_answer(),
    }


def _forecast_answer() -> Schema:
    minute: Schema = {"type": "string", "format": "date-time"}
    step: dict[str, Schema] = {
        "minute": minute,
        "mean": {"type": "number"},
        "quantiles": {"type": "object", "additionalProperties": {"type": "number"}},
    }
    return _object(
        {
            "unit": {"const": "satoshi"},
            "newest_minute": {**minute, "description": "the last minute that was read"},
            "forecast": {"type": "array", "items": _object(step)},
        }
    )
