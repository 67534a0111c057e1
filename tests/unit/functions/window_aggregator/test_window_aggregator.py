"""Raw objects through the handler, on moto's S3."""

import gzip
import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common import times
from common.transaction import MAX_FEE
from tests.support.fake_feature_store import FeatureStore, stubbed
from tests.support.lambda_context import CONTEXT
from tests.support.lambda_events import BUCKET, bucket, created, objects, printed
from window_aggregator import feature_record, handler, raw_object

NOON = 1728561600  # 2024-10-10T12:00:00Z
MINUTE = "2024-10-10T12:00:00Z"


@pytest.fixture
def online(monkeypatch):
    monkeypatch.setenv(
        "FEATURE_GROUPS", json.dumps([["test-minutes", feature_record.FIRST_VERSION]])
    )
    store = FeatureStore()
    with stubbed(handler.store, "PutRecord", store.put):
        yield store


@pytest.fixture
def s3():
    with bucket() as client:
        yield client


def transaction(name, fee, second=0):
    return {"hash": f"{name:064x}", "time": NOON + second, "fee": fee, "size": 250}


def line(*transactions):
    event = {
        "detail-type": "Transactions Received",
        "time": MINUTE,
        "detail": {"transactions": transactions},
    }
    return json.dumps(event)


def archived(s3, key, *lines):
    s3.put_object(Bucket=BUCKET, Key=key, Body=gzip.compress("\n".join(lines).encode()))
    return created(key)


def test_object_becomes_rows_of_its_minutes(s3, online, capsys):
    first = line(transaction(1, 10), transaction(2, 15, 59), transaction(3, 7, 60))
    event = archived(s3, "raw/2024/10/10/12/a", first, line(transaction(1, 10)), "")
    done = {"minutes": 2, "transactions": 4, "conflicts": 0, "late": 0}  # one of them twice
    assert handler.lambda_handler(event, CONTEXT) == done
    assert online.rows == {
        MINUTE: {
            "tx_minute": MINUTE,
            "total_nb_trx_1min": "2",
            "total_fee_1min": "25",
            "avg_fee_1min": "12.5",
            "event_time": "2024-10-10T12:01:00.002Z",
        },
        "2024-10-10T12:01:00Z": {
            "tx_minute": "2024-10-10T12:01:00Z",
            "total_nb_trx_1min": "1",
            "total_fee_1min": "7",
            "avg_fee_1min": "7.0",
            "event_time": "2024-10-10T12:02:00.001Z",
        },
    }
    assert online.group == "test-minutes"
    [metrics], [logged] = printed(capsys)
    assert (metrics["RowsWritten"], metrics["LateTransactions"]) == (2, 0)
    assert logged == {"message": "object aggregated", "key": "raw/2024/10/10/12/a", **done}


def test_every_version_of_the_group_receives_its_own_features(s3, monkeypatch):
    groups = [["test-minutes", ["total_fee_1min"]], ["test-minutes-v2", ["median_fee_1min"]]]
    monkeypatch.setenv("FEATURE_GROUPS", json.dumps(groups))
    stores = {name: FeatureStore() for name, _ in groups}
    event = archived(s3, "raw/a", line(*(transaction(k, k * k) for k in range(4))))

    def put(request, **_):
        return stores[request.url.rpartition("/")[2]].put(request)

    with stubbed(handler.store, "PutRecord", put):
        handler.lambda_handler(event, CONTEXT)
    version = {"tx_minute": MINUTE, "event_time": "2024-10-10T12:01:00.004Z"}
    first, second = (store.rows[MINUTE] for store in stores.values())
    assert first == {**version, "total_fee_1min": "14"}
    assert second == {**version, "median_fee_1min": "2.5"}


def test_feature_without_a_formula_fails_after_the_first_version_has_its_row(
    s3, online, monkeypatch
):
    groups = [
        ["test-minutes", feature_record.FIRST_VERSION],
        ["test-minutes-v2", ["mode_fee_1min"]],
    ]
    monkeypatch.setenv("FEATURE_GROUPS", json.dumps(groups))
    with pytest.raises(ValueError, match="feature: got 'mode_fee_1min', expected one of"):
        handler.lambda_handler(archived(s3, "raw/a", line(transaction(1, 10))), CONTEXT)
    assert online.rows[MINUTE]["total_fee_1min"] == "10"


def test_late_object_completes_the_minute(s3, online):
    handler.lambda_handler(archived(s3, "raw/a", line(transaction(1, 10))), CONTEXT)
    handler.lambda_handler(archived(s3, "raw/b", line(transaction(2, 30, 5))), CONTEXT)
    assert online.rows[MINUTE]["avg_fee_1min"] == "20.0"


def test_i8_redelivered_event_changes_nothing(s3, online):
    event = archived(s3, "raw/a", line(transaction(1, 10), transaction(2, 11)))
    handler.lambda_handler(event, CONTEXT)
    before = dict(online.rows), objects(s3)
    handler.lambda_handler(event, CONTEXT)
    assert (online.rows, objects(s3)) == before


@pytest.mark.parametrize("order", ["ab", "ba"])
def test_i0_of_conflicting_fees_the_lower_counts_in_any_order(s3, online, capsys, order):
    objects_by_name = {"a": transaction(1, 10), "b": transaction(1, 4)}
    for name in order:
        handler.lambda_handler(archived(s3, f"raw/{name}", line(objects_by_name[name])), CONTEXT)
    assert online.rows[MINUTE]["total_fee_1min"] == "4"
    assert online.rows[MINUTE]["event_time"] == "2024-10-10T12:01:00.002Z"
    [_, metric], _ = printed(capsys)
    assert metric["ConflictingTransactions"] == 1
    moment = times.parse(created("")["time"]).timestamp()
    assert metric["_aws"]["Timestamp"] == moment * 1000
    assert metric["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [[]]


def test_own_part_is_cached_and_the_part_of_another_writer_is_read(s3, online, monkeypatch):
    requested, get = [], handler.s3.get_object
    monkeypatch.setattr(
        handler.s3,
        "get_object",
        lambda **request: requested.append(request["Key"]) or get(**request),
    )
    for number in (1, 2):
        event = archived(s3, f"raw/{number}", line(transaction(number, 10)))
        handler.lambda_handler(event, CONTEXT)
    assert requested == ["raw/1", "raw/2"]
    [own, _] = sorted(key for key in objects(s3) if key.startswith("minutes/"))
    other = own.replace(own[-8:], "99999.json"[-8:])
    s3.put_object(Bucket=BUCKET, Key=other, Body=b'{"hash":["x"],"fee":[7]}')
    handler.lambda_handler(event, CONTEXT)
    assert requested[2:] == ["raw/2", other]
    assert online.rows[MINUTE]["total_fee_1min"] == "27"


def test_object_that_is_not_gzip_is_reported_with_its_key(s3, online):
    s3.put_object(Bucket=BUCKET, Key="raw/plain", Body=b"{}")
    with pytest.raises(ValueError, match="raw/plain: not gzip"):
        handler.lambda_handler(created("raw/plain"), CONTEXT)


def test_truncated_object_is_reported_with_its_key(s3, online):
    whole = gzip.compress(line(transaction(1, 10)).encode())
    s3.put_object(Bucket=BUCKET, Key="raw/cut", Body=whole[:-9])
    with pytest.raises(ValueError, match="raw/cut: not gzip"):
        handler.lambda_handler(created("raw/cut"), CONTEXT)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "1",
        '{"detail": {}}',
        line(transaction(1, 1)).replace('"time": "', '"time": "x'),
        line().replace("[]", "{}"),
        "[" * 100_000,
    ],
)
def test_i10_malformed_event_is_reported_and_the_others_count(s3, online, text):
    event = archived(s3, "raw/bad", line(transaction(2, 1)), text, line(transaction(3, 4)))
    with pytest.raises(ValueError, match="raw/bad: 1 rejected, first: line 2: malformed event"):
        handler.lambda_handler(event, CONTEXT)
    assert online.rows[MINUTE]["total_fee_1min"] == "5"


@pytest.mark.parametrize(
    "bad",
    [
        1,
        None,
        {"time": NOON, "fee": 1},
        transaction(1, "10"),
        transaction(1, float("nan")),
        transaction(1, True),
        transaction(1, -1),
        transaction(1, MAX_FEE + 1),
        transaction(1, 10**400),
        transaction(1, 1, 253_402_300_740 - NOON),
        transaction(1, 1, 0.5),
        transaction(1, 1, 10**30),
        transaction(1, 1, 10**13),
    ],
)
def test_i10_invalid_transaction_is_reported_and_the_others_count(s3, online, capsys, bad):
    both = line(transaction(2, 1), bad, transaction(3, 4), bad)
    event = archived(s3, "raw/bad", both, line(transaction(4, 6)))
    with pytest.raises(ValueError, match="raw/bad: 2 rejected, first: line 1: invalid tran"):
        handler.lambda_handler(event, CONTEXT)
    assert online.rows[MINUTE]["total_fee_1min"] == "11"
    [counted], [logged] = printed(capsys)
    assert (counted["RowsWritten"], logged["transactions"]) == (1, 3)


@pytest.mark.parametrize("offset", ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59"])
def test_i10_event_at_the_end_of_time_is_reported_and_the_others_count(s3, online, offset):
    odd = line(transaction(1, 1)).replace(MINUTE, offset)
    event = archived(s3, "raw/bad", odd, line(transaction(2, 4)))
    with suppress(ValueError):
        handler.lambda_handler(event, CONTEXT)
    assert online.rows[MINUTE]["total_fee_1min"] in ("4", "5")


def test_i10_damaged_object_counts_up_to_the_damage_and_is_reported(s3, online):
    lines = [line(transaction(number, 1)) for number in range(500)]
    whole = gzip.compress("\n".join(lines).encode())
    s3.put_object(Bucket=BUCKET, Key="raw/cut", Body=whole[:-300])
    with pytest.raises(
        ValueError, match=r"raw/cut: 1 rejected, first: line \d+: the object is da"
    ):
        handler.lambda_handler(created("raw/cut"), CONTEXT)
    assert 300 < int(online.rows[MINUTE]["total_nb_trx_1min"]) < 500


def test_i10_minute_whose_total_exceeds_64_bits_is_reported_and_the_others_count(s3, online):
    rich = [transaction(number, MAX_FEE) for number in range(5000)]
    event = archived(s3, "raw/rich", line(*rich), line(transaction(1, 4, 60)))
    with pytest.raises(ValueError, match=f"total fee of {MINUTE}: got 10500000000000000000, exp"):
        handler.lambda_handler(event, CONTEXT)
    assert MINUTE not in online.rows
    assert online.rows["2024-10-10T12:01:00Z"]["total_fee_1min"] == "4"


def test_last_minute_has_a_row(s3, online):
    handler.lambda_handler(
        archived(s3, "raw/last", line(transaction(1, 1, 253_402_300_739 - NOON))), CONTEXT
    )
    assert online.rows["9999-12-31T23:58:00Z"]["event_time"] == "9999-12-31T23:59:00.001Z"


@pytest.mark.parametrize("body", [b"{}", b"no", b"[[1]]", b"[" * 99_999, b'{"hash": 1, "fee": 2}'])
def test_odd_part_is_named(s3, online, body):
    s3.put_object(Bucket=BUCKET, Key=f"minutes/{MINUTE}/odd.json", Body=body)
    event = archived(s3, "raw/a", line(transaction(1, 1)))
    with pytest.raises(ValueError, match=f"s3://{BUCKET}/minutes/{MINUTE}/odd.json is not a part"):
        handler.lambda_handler(event, CONTEXT)


@pytest.mark.parametrize(
    "key",
    ["raw/a+b", "raw/a b", "raw/a%2Bb", "raw/é/日本", "raw/a?b#c", 'raw/"a"', "raw/a//b/../c"],
)
def test_key_of_any_characters_is_read(s3, online, key):
    event = archived(s3, key, line(transaction(1, 10)))
    assert handler.lambda_handler(event, CONTEXT)["transactions"] == 1
    assert online.rows[MINUTE]["total_fee_1min"] == "10"


def test_concatenated_gzip_members_are_read():
    body = b"".join(gzip.compress(f"{line(transaction(k, k))}\n".encode()) for k in (1, 2))
    assert raw_object.parse(body).minutes[MINUTE] == ([f"{k:064x}" for k in (1, 2)], [1, 2])


def test_i5_versions_of_a_minute_end_before_the_next_minute():
    fees = {(str(number), 1) for number in range(60_000)}
    record = feature_record.record(MINUTE, fees, feature_record.MAX_PARTS)
    assert record[-1] == {"FeatureName": "event_time", "ValueAsString": "2024-10-10T12:01:59.999Z"}
    with pytest.raises(ValueError, match=r"parts: got 9901 \(60000 members\)"):
        feature_record.record(MINUTE, fees, feature_record.MAX_PARTS + 1)


@given(st.lists(st.integers(1, 30_000), min_size=1, max_size=20))
def test_version_grows_with_every_part_at_any_rate(sizes):
    """Parts arrive one after the other; a reader of fewer parts has the smaller version."""
    versions = [feature_record.version(sum(sizes[:n]), n) for n in range(1, len(sizes) + 1)]
    assert versions == sorted(set(versions))


def test_i7_transactions_beyond_the_horizon_are_counted(s3, online, capsys):
    late = [transaction(number, 1, number - 901) for number in range(3)]
    handler.lambda_handler(archived(s3, "raw/late", line(*late)), CONTEXT)
    [metrics], [logged] = printed(capsys)
    assert metrics["LateTransactions"] == logged["late"] == 1
