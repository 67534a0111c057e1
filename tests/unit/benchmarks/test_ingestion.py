"""Streams, costs, latency, goals and tables of the ingestion benchmark."""

import gzip
import math

import pytest

from benchmarks import report
from benchmarks.ingestion import costs, latency, stream
from benchmarks.ingestion.goals import goals
from cli.prices import prices
from window_aggregator import raw_object

LOAD = costs.Load(
    bytes_per_second=1_000,
    compressed_share=0.4,
    poll_seconds=10,
    object_seconds=60,
    parts_per_minute=2,
)
MEASURED = {
    "aggregator_memory": 1.0,
    "aggregator_to_decode": 0.7,
    "poller_memory": 1.0,
    "recompute_mb": 100,
    "recompute_seconds": 2.9,
}


def test_stream_has_the_rate_in_each_minute_and_the_same_bytes_each_time():
    lines = list(stream.events(rate=5, seconds=120))
    assert lines == list(stream.events(rate=5, seconds=120))
    body = gzip.compress("\n".join(line for _, line in lines).encode())
    assert [len(names) for names, _ in raw_object.parse(body).minutes.values()] == [300, 300]


def test_objects_end_by_age_or_by_size():
    lines = [(second, "x" * 9) for second in range(0, 100, 10)]
    by_age = [gzip.decompress(body) for body in stream.objects(iter(lines), stream.Buffer(30, 99))]
    assert [len(body) // 10 for body in by_age] == [2, 3, 3, 2]
    by_size = stream.objects(iter(lines), stream.Buffer(1_000, 50))
    assert [len(gzip.decompress(body)) for body in by_size] == [50, 50]


def test_buffer_is_that_of_the_terraform_module():
    buffer = stream.Buffer.configured()
    assert buffer.fills_in(1) == buffer.seconds
    assert buffer.fills_in(buffer.size) == 1


def test_large_events_are_charged_per_64_kb():
    large = costs.Load(10_000, 0.4, 10, 60, 2)  # 100,000 bytes a poll
    price = dict.fromkeys(prices(), 0.0) | {"eventbridge_64kb": 1.0}
    assert costs.shared(LOAD, price)["EventBridge"] == LOAD.polls
    assert costs.shared(large, price)["EventBridge"] == 2 * large.polls


def test_lambda_is_charged_per_object_and_second():
    price = dict.fromkeys(prices(), 0.0) | {"lambda_arm_gb_second": 1.0}
    items = costs.engine_lambda(LOAD, seconds=3, price=price)
    assert items["Lambda"] == LOAD.objects * 3 * 0.5
    assert sum(items.values()) == items["Lambda"]


def test_flink_is_charged_without_traffic():
    price = dict.fromkeys(prices(), 0.0) | {"flink_kpu_hour": 1.0}
    assert costs.engine_flink(LOAD, 2, 1, price)["Flink"] == 3 * costs.HOURS


def test_firehose_charges_small_records_as_5_kb():
    price = dict.fromkeys(prices(), 0.0) | {"firehose_gb": 1.0}
    small = costs.Load(10, 0.4, 10, 60, 2)  # 100 bytes a poll
    assert costs.shared(small, price)["Firehose"] == pytest.approx(small.polls * 5_120 / 1e9)


def test_latency_is_the_sum_of_its_waits_and_the_work():
    calculated = latency.lambda_latency(poll_seconds=10, object_seconds=60, cpu_seconds=0.512)
    assert calculated.work == pytest.approx(1.769)
    assert calculated.maximum == pytest.approx(71.769)
    assert calculated.mean == pytest.approx(36.769)
    assert latency.flink_latency(10, 200, 1_000, 2).maximum == 10 + 60 + 1 + 1


def test_goals_are_met_at_their_bounds():
    assert all(goal.met for goal in goals(MEASURED))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("aggregator_to_decode", 0.69),
        ("aggregator_to_decode", math.nan),
        ("recompute_seconds", 3.1),
        ("recompute_mb", 513),
        ("poller_memory", 1.2),
    ],
)
def test_missed_goal_is_reported(name, value):
    assert [goal.met for goal in goals(MEASURED | {name: value})].count(False) == 1


def test_table_aligns_its_columns():
    text = report.table(("", "n"), [["a", 1234], ["long", 0.5], ["b", 123.4]])
    assert text.splitlines() == ["          n", "a     1,234", "long    0.5", "b       123"]


def test_share_of_an_exceeded_limit_is_above_1():
    shares = latency.limit_shares(
        rate=1_000,
        bytes_per_second=2_000_000,
        put_events=1,
        parts_per_minute=3,
        poller_speed=4_000,
        flink_speed=500,
        object_seconds=40,
        lambda_seconds=2,
        lambda_peak_mb=256,
    )
    exceeded = {name for name, share in shares.items() if share > 1}
    assert exceeded == {
        "Firehose: bytes, default in most regions",
        "flink: bytes of one Kinesis shard",
        "flink: CPU of one KPU",
    }
    assert shares["lambda: memory"] == 0.5
    assert shares["poller: CPU of its task"] == 1
