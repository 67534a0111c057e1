"""Read the online store, which is up to 15 minutes ahead of the offline store."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pyarrow as pa

from common import feature_rows, times
from sagemaker_pipelines.data.feature_store import rows

if TYPE_CHECKING:
    from mypy_boto3_sagemaker_featurestore_runtime import SageMakerFeatureStoreRuntimeClient

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)  # so that equal event times prefer the offline row


def read(
    runtime: "SageMakerFeatureStoreRuntimeClient",
    group: str,
    minutes: Iterable[datetime],
    features: Sequence[str],
) -> pa.Table:
    """Read minutes in the format of offline rows, with features as numbers."""
    names = [times.iso(minute) for minute in minutes]
    fields = (*features, feature_rows.EVENT_TIME)
    records = list(feature_rows.batch_get(runtime, group, names, fields).values())
    epoch = pa.array([_EPOCH] * len(records), rows.TIME)
    return rows.table(
        {
            **{name: pa.array([_number(row.get(name)) for row in records]) for name in features},
            **{
                name: pa.array([row.get(name) for row in records], pa.string())
                for name in (feature_rows.MINUTE, feature_rows.EVENT_TIME)
            },
            rows.CALL: epoch,
            rows.WRITE: epoch,
            rows.DELETED: pa.array([False] * len(records), pa.bool_()),
        }
    )


def _number(text: str | None) -> float | None:
    return None if text is None else rows.number(text)
