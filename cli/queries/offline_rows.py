"""What the offline store says of minutes, by the training's own reader."""

from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import TYPE_CHECKING

from cli.errors import CommandError
from cli.reads.aws import Clients, iso

if TYPE_CHECKING:
    import pyarrow as pa


def rows(
    clients: Clients, group: str, first: datetime, end: datetime, as_of: datetime | None = None
) -> "pa.Table":
    """Read the minutes from first to end (exclusive), all features, the oldest minute first."""
    from sagemaker_pipelines.feature_store import (  # noqa: PLC0415 - pyarrow takes half a second
        offline,
        rows,
    )
    from sagemaker_pipelines.paths import JobError  # noqa: PLC0415

    sagemaker = clients("sagemaker")
    definitions = sagemaker.describe_feature_group(FeatureGroupName=group)["FeatureDefinitions"]
    own = {rows.MINUTE, rows.EVENT}
    features = [f["FeatureName"] for f in definitions if f["FeatureName"] not in own]
    try:
        store = offline.find(sagemaker, group)
        found = offline.read(clients("s3"), store, first, end, features, as_of)
    except JobError as error:
        raise CommandError(f"{error}.") from error
    return rows.latest(found, store.lifetime).select([rows.MINUTE, *features])


def transactions(
    clients: Clients, prefix: str, first: datetime, end: datetime, wanted: AbstractSet[str]
) -> dict[str, int]:
    """Return how many transactions the wanted minutes (ISO) count, those that have a row."""
    table = rows(clients, f"{prefix}-minutes", first, end)
    counts = zip(
        map(iso, table["tx_minute"].to_pylist()),
        table["total_nb_trx_1min"].to_pylist(),
        strict=True,
    )
    return {minute: int(count) for minute, count in counts if minute in wanted}
