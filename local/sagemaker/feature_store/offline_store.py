"""The offline store: every accepted record as a Parquet row in S3, in the layout of AWS.

Up to FLUSH_ROWS rows are buffered, for at most FLUSH_SECONDS of the clock (up to 15 minutes on
AWS), so a reader of recent records also reads the online store.
"""

import io
import logging
import secrets
import string
import threading
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local import runtime
from local.clock.timer import Timer
from local.iam import principals
from local.sagemaker.feature_store.feature_records import NANOSECONDS, Definition, Record

log = logging.getLogger(__name__)

FLUSH_SECONDS = 300
FLUSH_ROWS = 50  # of a backfill, or of the hours that a simulated stream catches up on
CHARACTERS = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class Row:
    """A record to be written, with the time of the API call (epoch seconds)."""

    record: Record
    invoked_at: float
    is_deleted: bool


class OfflineStore:
    """The offline rows of one feature group."""

    def __init__(
        self, definition: Definition, location: str, kms_key: str | None, role: str
    ) -> None:
        self.definition, self.location, self._kms_key = definition, location, kms_key
        self._role = role
        self._lock = threading.Lock()
        self._rows: list[Row] = []
        self._timer: Timer | None = None

    def add(self, record: Record, *, is_deleted: bool = False) -> None:
        """Buffer a row; the first one after a flush starts the timer of the next flush."""
        with self._lock:
            self._rows.append(Row(record, runtime.clock.now(), is_deleted))
            if len(self._rows) == FLUSH_ROWS and self._timer is not None:
                self._timer.cancel()
                self._timer = None
            if self._timer is None:
                seconds = FLUSH_SECONDS if len(self._rows) < FLUSH_ROWS else 0
                self._timer = runtime.clock.call_later(seconds, self.flush)

    def flush(self) -> None:
        """Write the buffered rows, one file per hour of event time."""
        with self._lock:
            rows, self._rows, self._timer = self._rows, [], None
        hours: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            hours[_hour(row)].append(row)
        for hour, part in hours.items():
            self._put(f"{hour}/{_file_name(part)}", to_parquet(self.definition, part))

    def resume(self) -> None:
        """Set the timer of restored rows."""
        with self._lock:
            if self._rows and self._timer is None:
                self._timer = runtime.clock.call_later(FLUSH_SECONDS, self.flush)

    def discard(self) -> None:
        """Discard the buffered rows: the group is deleted, and its bucket may follow."""
        with self._lock:
            self._rows = []
            if self._timer is not None:
                self._timer.cancel()

    def _put(self, name: str, content: bytes) -> None:
        bucket, _, prefix = self.location.removeprefix("s3://").partition("/")
        encryption = {}
        if self._kms_key:
            encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": self._kms_key}
        key = f"{prefix}/{name}"
        with runtime.acting(principals.assume(self._role, "sagemaker", "FeatureStore")):
            runtime.client("s3").put_object(Bucket=bucket, Key=key, Body=content, **encryption)
        log.info("offline store wrote s3://%s/%s", bucket, key)


def resolved_location(uri: str, group: str, created: float) -> str:
    """Return the ResolvedOutputS3Uri of a group."""
    account = f"{runtime.account}/sagemaker/{runtime.REGION}/offline-store"
    return f"{uri.rstrip('/')}/{account}/{group}-{int(created)}/data"


def to_parquet(definition: Definition, rows: list[Row]) -> bytes:
    """Serialize rows as AWS does: the features, then three columns of the store."""
    import pyarrow as pa  # noqa: PLC0415 - half a second, not needed before the first flush
    import pyarrow.parquet as pq  # noqa: PLC0415

    types = {"Integral": pa.int64(), "Fractional": pa.float64(), "String": pa.string()}
    time = pa.timestamp("us", tz="UTC")
    written_at = _time(runtime.clock.now())
    columns: dict[str, pa.Array[Any]] = {
        name: pa.array([_typed(row, name, kind) for row in rows], types[kind])
        for name, kind in definition.types.items()
    }
    columns["write_time"] = pa.array([written_at] * len(rows), time)
    columns["api_invocation_time"] = pa.array([_time(row.invoked_at) for row in rows], time)
    columns["is_deleted"] = pa.array([row.is_deleted for row in rows], pa.bool_())
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out, compression="snappy")
    return out.getvalue()


def _typed(row: Row, name: str, kind: str) -> str | int | float | None:
    value = (row.record.values or {}).get(name)
    if value is None or kind == "String":
        return value
    return int(value) if kind == "Integral" else float(value)


def _hour(row: Row) -> str:
    return _time(row.record.event_time // NANOSECONDS).strftime("year=%Y/month=%m/day=%d/hour=%H")


def _file_name(rows: list[Row]) -> str:
    latest = max(row.record.event_time for row in rows)
    suffix = "".join(secrets.choice(CHARACTERS) for _ in range(16))
    return f"{_time(latest // NANOSECONDS).strftime('%Y%m%dT%H%M%SZ')}_{suffix}.parquet"


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
