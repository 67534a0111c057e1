"""Reads the online store, which has a minute up to 15 minutes before the offline store."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sagemaker_pipelines.feature_store import rows
from sagemaker_pipelines.paths import JobError
from sagemaker_pipelines.steps.minutes import iso

if TYPE_CHECKING:
    from mypy_boto3_sagemaker_featurestore_runtime import SageMakerFeatureStoreRuntimeClient

ROUNDS = 5  # of asking again for what the online store left unprocessed
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # of two equal event times the offline row knows more


def read(
    runtime: "SageMakerFeatureStoreRuntimeClient",
    group: str,
    minutes: Iterable[datetime],
    features: Sequence[str],
) -> pa.Table:
    """Read at most 100 minutes as rows of the offline store's form, features as numbers."""
    records = _records(runtime, group, [iso(minute) for minute in minutes], features)
    times = {name: [_NEVER] * len(records) for name in (rows.CALL, rows.WRITE)}
    columns = {
        **{name: pa.array([_number(record.get(name)) for record in records]) for name in features},
        **{name: pa.array(values, rows.TIME) for name, values in times.items()},
        rows.DELETED: pa.array([False] * len(records), pa.bool_()),
    }
    for name in (rows.MINUTE, rows.EVENT):
        columns[name] = pa.array([record[name] for record in records], pa.string())
    return rows.table(columns)


def _records(
    runtime: "SageMakerFeatureStoreRuntimeClient",
    group: str,
    minutes: Sequence[str],
    features: Sequence[str],
) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    wanted: list[Any] = [
        {
            "FeatureGroupName": group,
            "RecordIdentifiersValueAsString": minutes,
            "FeatureNames": [rows.MINUTE, *features, rows.EVENT],
        }
    ]
    for _ in range(ROUNDS):
        answer = runtime.batch_get_record(Identifiers=wanted)
        if errors := answer["Errors"]:
            raise JobError(f"the online store refused minutes: {errors[0]['ErrorMessage']}")
        found += [
            {value["FeatureName"]: value["ValueAsString"] for value in record["Record"]}
            for record in answer["Records"]
        ]
        wanted = answer["UnprocessedIdentifiers"]
        if not wanted:
            return found
    raise JobError(f"the online store left minutes unprocessed {ROUNDS} times")


def _number(text: str | None) -> float | None:
    """Read a number; an integer stays one, as in the offline store, where a double may lose it."""
    if text is None:
        return None
    return int(text) if text.lstrip("-").isdecimal() else float(text)
