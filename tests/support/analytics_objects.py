"""Objects of all four tables: minutes with a correction and a deletion, repeated events."""

import gzip
import io
import json
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq

from tests.support import analytics_tables

DAY = datetime(2024, 10, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
VERSION = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/evergreen-models"
TIME = pa.timestamp("us", "UTC")
SCHEMA = pa.schema(
    {
        "tx_minute": pa.string(),
        "total_nb_trx_1min": pa.int64(),
        "total_fee_1min": pa.int64(),
        "avg_fee_1min": pa.float64(),
        "event_time": pa.string(),
        "write_time": TIME,
        "api_invocation_time": TIME,
        "is_deleted": pa.bool_(),
    }
)
# (minute, package, truth, q10, q50, q90) of production.
FORECASTS = [
    ("2024-10-10T12:00:00Z", 1, 10.0, 8.0, 11.0, 14.0),
    ("2024-10-10T12:01:00Z", 1, 15.0, 8.0, 11.0, 14.0),
    ("2024-10-10T12:02:00Z", 2, 9.0, 8.5, 9.0, 9.5),
    ("2024-10-10T13:00:00Z", 2, 2.0, 3.0, 4.0, 5.0),
]


def iso(time):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def feature_rows():
    """Return writes and deletions of minutes: 12:01 is corrected late, 12:02 is deleted."""
    noon = DAY + timedelta(hours=12)
    return [
        _row(noon, 2, 20),
        _row(noon + MINUTE, 1, 5),
        _row(noon + MINUTE, 2, 30, called=noon + 21 * MINUTE),
        _row(noon + 2 * MINUTE, 1, 100),
        _row(noon + 2 * MINUTE, None, None, called=noon + 30 * MINUTE, deleted=True),
        _row(noon + timedelta(hours=1), 4, 8),
    ]


def events():
    """Return raw events; transactions of 12:00 come twice, of 13:00 one less than in the row."""
    noon = int((DAY + timedelta(hours=12)).timestamp())
    first = [_transaction("a", noon + 1), _transaction("b", noon + 59)]
    return [
        _event("1", first),
        _event("2", [*first, _transaction("c", noon + 60), _transaction("d", noon + 61)]),
        _event("3", [_transaction(name, noon + 3600) for name in "efg"], replay="replay-1"),
    ]


def forecasts():
    """Return the lines of `predictions/`: production's, one of staging, one without truth."""
    lines = [
        _forecast("production", minute, package, truth, (low, median, high))
        for minute, package, truth, low, median, high in FORECASTS
    ]
    return [
        *lines,
        _forecast("production", "2024-10-10T13:01:00Z", 2, None, (3.0, 4.0, 5.0)),
        _forecast("staging", "2024-10-10T12:00:00Z", None, 1e9, (3.0, 4.0, 5.0)),
    ]


def decisions():
    """Return decision events, one of them delivered twice."""
    started = {"request_id": "r", "reason": "loss", "guards": {"cooldown": True}}
    return [
        _decision("1", "12:00:00", "Retraining Started", started),
        _decision("1", "12:00:00", "Retraining Started", started),
        _decision("2", "12:30:00", "Model Deployed", {"stage": "production"}),
    ]


def write(s3, bucket):
    """Write all objects under the keys that the loop gives them."""

    def put(key, body):
        s3.put_object(Bucket=bucket, Key=key, Body=body)

    store = f"{analytics_tables.STORE}/year=2024/month=10/day=10"
    rows = feature_rows()
    put(f"{store}/hour=12/20241010T120130Z_a.parquet", parquet(rows[:-1]))
    put(f"{store}/hour=13/20241010T130130Z_b.parquet", parquet(rows[-1:]))
    put("raw/2024/10/10/12/evergreen-raw-1.gz", gzip.compress(lines(events())))
    put(
        "decisions/year=2024/month=10/day=10/hour=12/evergreen-decisions-1.gz",
        gzip.compress(lines(decisions())),
    )
    for stage in ("production", "staging"):
        mine = [line for line in forecasts() if line["stage"] == stage]
        folder = f"predictions/evergreen-{stage}/AllTraffic/2024/10/10/13"
        put(f"{folder}/{stage}-2024-10-10T13:35:00Z.jsonl", lines(mine))


def lines(records):
    return "".join(f"{json.dumps(record)}\n" for record in records).encode()


def parquet(rows, schema=SCHEMA):
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), file)
    return file.getvalue()


def _row(minute, count, total, called=None, *, deleted=False):
    event_time = minute + MINUTE + timedelta(milliseconds=5 if deleted else count)
    called = called or event_time + timedelta(seconds=20)
    return {
        "tx_minute": iso(minute),
        "total_nb_trx_1min": count,
        "total_fee_1min": total,
        "avg_fee_1min": None if deleted else total / count,
        "event_time": event_time.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "write_time": called + 5 * MINUTE,
        "api_invocation_time": called,
        "is_deleted": deleted,
    }


def _transaction(name, time, fee=5):
    return {"hash": name, "time": time, "fee": fee, "size": 200}


def _event(number, transactions, **more):
    return {
        "version": "0",
        "id": number,
        "source": "evergreen.poller",
        "detail-type": "Transactions Received",
        "time": "2024-10-10T12:01:10Z",
        "detail": {"transactions": transactions, **more},
    }


def _forecast(stage, minute, package, truth, quantiles):
    low, median, high = quantiles
    return {
        "stage": stage,
        "endpoint": f"evergreen-{stage}",
        "variant": "AllTraffic",
        "inference_id": f"{stage}-0",
        "package_arn": f"{VERSION}/{package}" if package else None,
        "measured_at": "2024-10-10T13:35:00Z",
        "minute": minute,
        "truth": truth,
        "mean": median,
        "q10": low,
        "q50": median,
        "q90": high,
    }


def _decision(number, time, kind, detail):
    return {
        "version": "0",
        "id": number,
        "source": "evergreen.loop",
        "detail-type": kind,
        "time": f"2024-10-10T{time}Z",
        "detail": detail,
    }
