"""Rows of the offline store, read as the training pipeline reads them."""

from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import TYPE_CHECKING

from cli.connection import Connection
from cli.errors import CommandError
from cli.time_range import TimeRange
from common import feature_rows
from common.times import iso

if TYPE_CHECKING:
    import pyarrow as pa


def offline_rows(
    connection: Connection, group: str, time_range: TimeRange, as_of: datetime | None = None
) -> "pa.Table":
    """Return the rows of the range with all features, oldest first.

    With `as_of`, the rows that were known at that time.
    """
    from sagemaker_pipelines.data.feature_store import (  # noqa: PLC0415 - pyarrow takes half a second
        offline,
        rows,
    )
    from sagemaker_pipelines.paths import JobError  # noqa: PLC0415

    clients = connection.clients
    sagemaker = clients("sagemaker")
    definitions = sagemaker.describe_feature_group(FeatureGroupName=group)["FeatureDefinitions"]
    keys = {feature_rows.MINUTE, feature_rows.EVENT_TIME}
    features = [f["FeatureName"] for f in definitions if f["FeatureName"] not in keys]
    try:
        store = offline.find(sagemaker, group)
        found = offline.read(
            clients("s3"), store, time_range.start, time_range.end, features, as_of
        )
    except JobError as error:
        raise CommandError(f"{error}.") from error
    return rows.latest(found, store.lifetime).select([feature_rows.MINUTE, *features])


def transaction_counts(
    connection: Connection, time_range: TimeRange, minutes: AbstractSet[str]
) -> dict[str, int]:
    """Return the number of transactions of those minutes (ISO) that have a row."""
    table = offline_rows(connection, connection.outputs.feature_group, time_range)
    counts = zip(
        map(iso, table["tx_minute"].to_pylist()),
        table["total_nb_trx_1min"].to_pylist(),
        strict=True,
    )
    return {minute: int(count or 0) for minute, count in counts if minute in minutes}
