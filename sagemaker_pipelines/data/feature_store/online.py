"""Read the online store, which has a minute up to 15 minutes before the offline store."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pyarrow as pa

from common import feature_rows, times
from sagemaker_pipelines.data.feature_store import rows

if TYPE_CHECKING:
    from mypy_boto3_sagemaker_featurestore_runtime import SageMakerFeatureStoreRuntimeClient

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # of equal event times the offline row is preferred


def read(
    runtime: "SageMakerFeatureStoreRuntimeClient",
    group: str,
    minutes: Iterable[datetime],
    features: Sequence[str],
) -> pa.Table:
    """Read minutes as rows in the form of the offline store, features as numbers."""
    wanted = [times.iso(minute) for minute in minutes]
    fields = (*features, feature_rows.EVENT_TIME)
    records = list(feature_rows.batch_get(runtime, group, wanted, fields).values())
    never = pa.array([_NEVER] * len(records), rows.TIME)
    return rows.table(
        {
            **{name: pa.array([_number(row.get(name)) for row in records]) for name in features},
            **{
                name: pa.array([r[name] for r in records])
                for name in (feature_rows.MINUTE, feature_rows.EVENT_TIME)
            },
            rows.CALL: never,
            rows.WRITE: never,
            rows.DELETED: pa.array([False] * len(records), pa.bool_()),
        }
    )


def _number(text: str | None) -> float | None:
    """Parse a number; integers stay exact, as in the offline store."""
    if text is None:
        return None
    return int(text) if text.lstrip("-").isdecimal() else float(text)
