import gzip
import json
from datetime import UTC, datetime, timedelta

import pytest

from cli.queries import archive, archive_objects
from cli.time_range import TimeRange

START = datetime(2024, 10, 10, tzinfo=UTC)
EPOCH = int(START.timestamp())
HOUR = timedelta(hours=1)


def event(number, detail, time=START):
    return {"id": str(number), "time": f"{time:%Y-%m-%dT%H:%M:%SZ}", "detail": detail}


def received(*seconds, **more):
    return {
        "transactions": [{"hash": f"{n:064x}", "time": EPOCH + n, "fee": n} for n in seconds],
        **more,
    }


@pytest.fixture
def s3(deployment):
    client = deployment.clients("s3")

    def put(key, *events):
        body = gzip.compress("\n".join(json.dumps(item) for item in events).encode())
        client.put_object(Bucket=deployment.bucket, Key=key, Body=body)

    client.put = put
    return client


def read(s3, deployment):
    time_range = TimeRange(START, START + HOUR)
    keys = archive_objects.raw_keys(deployment.connection, time_range, late=HOUR)
    return archive.archived(s3, deployment.bucket, keys, time_range, lambda: None)


def test_transaction_archived_twice_counts_once(s3, deployment):
    s3.put("raw/2024/10/10/00/a", event(1, received(0, 30, 60)), event(2, received(60)))
    s3.put("raw/2024/10/10/00/b", event(3, received(30, 90)))
    found = read(s3, deployment)
    assert found.distinct == 4
    assert found.by_minute() == {"2024-10-10T00:00:00Z": 2, "2024-10-10T00:01:00Z": 2}


def test_redelivered_and_replayed_events_count_once(s3, deployment):
    s3.put("raw/2024/10/10/00/a", event(1, received(0, 30)), event(1, received(0, 30)))
    s3.put("raw/2024/10/10/00/b", event(2, received(0, 30, replay="r")))
    found = read(s3, deployment)
    assert (found.received, found.distinct) == (2, 2)


def test_i0_hash_with_two_times_is_contradicting(s3, deployment):
    twice = [{"hash": f"{7:064x}", "time": EPOCH + second, "fee": 1} for second in (0, 59, 60)]
    s3.put("raw/2024/10/10/00/a", event(1, {"transactions": twice}), event(2, received(9)))
    found = read(s3, deployment)
    assert (found.distinct, found.contradicting) == (3, 1)


def test_lateness_is_that_of_the_first_arrival(s3, deployment):
    late = START + timedelta(minutes=20)
    s3.put("raw/2024/10/10/00/a", event(1, received(0, 30), late), event(2, received(30)))
    assert read(s3, deployment).by_minute(900) == {"2024-10-10T00:00:00Z": 1}


def test_only_the_hours_of_the_range_are_read_and_only_its_minutes_counted(s3, deployment):
    s3.put("raw/2024/10/08/23/too-early", event(1, received(0)))
    s3.put("raw/2024/10/09/23/ahead", event(2, received(1)))
    s3.put("raw/2024/10/10/02/last", event(3, received(2), START + 2 * HOUR))
    s3.put("raw/2024/10/10/03/too-late", event(4, received(3), START + 3 * HOUR))
    s3.put("raw/2024/10/10/00/outside", event(5, received(3600, 7200)))
    found = read(s3, deployment)
    assert sorted(n for _, n in found.lateness) == [f"{n:064x}" for n in (1, 2)]
    assert found.received == 3


def test_rejected_records_are_counted(s3, deployment):
    s3.put("rejected/2024/10/10/00/a", event(1, {"rejected": [{}, {}]}))
    s3.put("rejected/2024/10/10/01/a", event(1, {"rejected": [{}, {}]}))
    s3.put("rejected/2024/10/10/01/b", event(2, {"rejected": [{}]}, START + HOUR))
    keys = archive_objects.list_keys(
        s3, deployment.bucket, archive_objects.REJECTED, START, START + HOUR
    )
    time_range = TimeRange(START, START + HOUR)
    assert archive.rejected(s3, deployment.bucket, keys, time_range, []) == 2


def test_i10_malformed_events_and_invalid_transactions_are_counted_separately(s3, deployment):
    bad = [1, None, {}, {"hash": "a", "time": True, "fee": 1}, {"hash": "a", "time": 1, "fee": -1}]
    mixed = received(0)
    mixed["transactions"] += bad
    others = [
        1,
        None,
        {},
        {"id": "1"},
        event(3, {"transactions": {}}),
        event(4, {}) | {"time": "x"},
    ]
    s3.put("raw/2024/10/10/00/a", event(1, mixed), *others, event(2, received(5)))
    body = gzip.compress(b'{"id"\n\n' + json.dumps(event(5, received(9))).encode())
    s3.put_object(Bucket=deployment.bucket, Key="raw/2024/10/10/00/b", Body=body)
    found = read(s3, deployment)
    assert (found.distinct, found.received) == (3, 3)
    assert (found.invalid, found.unreadable) == (len(bad) + len(others) + 1, [])


def test_events_with_odd_times_and_ids_are_malformed(s3, deployment):
    odd = [
        event(1, received(0)) | {"time": "9999-12-31T23:59:59-23:59"},
        event(2, received(1)) | {"time": 5},
        event(3, received(2)) | {"id": ["3"]},
    ]
    s3.put("raw/2024/10/10/00/a", *odd, event(4, received(5)))
    found = read(s3, deployment)
    assert (found.distinct, found.invalid) == (1, 3)


def test_damaged_object_is_named_and_read_up_to_the_damage(s3, deployment):
    lines = "".join(json.dumps(event(n, received(n))) + "\n" for n in range(200))
    body = gzip.compress(lines.encode())[:-100]
    s3.put_object(Bucket=deployment.bucket, Key="raw/2024/10/10/00/a", Body=body)
    found = read(s3, deployment)
    assert found.unreadable == ["raw/2024/10/10/00/a"]
    assert 100 < found.distinct < 200


def test_damaged_object_of_rejected_records_is_named(s3, deployment):
    s3.put_object(Bucket=deployment.bucket, Key="rejected/2024/10/10/00/a", Body=b"no")
    time_range, unreadable = TimeRange(START, START + HOUR), []
    keys = ["rejected/2024/10/10/00/a"]
    assert archive.rejected(s3, deployment.bucket, keys, time_range, unreadable) == 0
    assert unreadable == keys
