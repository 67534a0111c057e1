"""② The Flink engine on a real mini-cluster: it writes the rows of the Lambda engine."""

import json
import os
import subprocess
import sys
from collections import Counter, defaultdict

import pytest

from common.transaction import problem
from feature_writer import flink_row
from scripts.flink_local import Job
from streaming import queries, transactions
from tests.support import irregular_stream
from window_aggregator import feature_record

pytestmark = pytest.mark.flink

MINUTES = 40
CROWDED, RICH, FULL = (irregular_stream.START + 60 * (MINUTES + number) for number in range(3))
CROWD = {(f"c{k}", k) for k in range(queries.MAX_COUNTED + 10_000)}
LATECOMER = ("late", 7)  # after the first firing of the crowded minute
EXTREMES = [
    *irregular_stream.events({"hash": name, "time": CROWDED, "fee": fee} for name, fee in CROWD),
    *irregular_stream.events(
        {"hash": f"r{k}", "time": RICH, "fee": 2**53 // 8 + (k == 0)} for k in range(8)
    ),
    *irregular_stream.events({"hash": f"f{k}", "time": FULL, "fee": 2**53 // 8} for k in range(8)),
    irregular_stream.event({"hash": LATECOMER[0], "time": CROWDED, "fee": LATECOMER[1]}),
]
TWO = {"parallelism.default": "2"}
OFTEN = {"execution.checkpointing.interval": "1 s"}
EXECUTION_PLAN = "== Physical Execution Plan =="
EXPLAIN = """
import pathlib, sys
from pyflink.table import ExplainDetail
from streaming import job, properties
statements = job.statements(properties.parse(pathlib.Path(sys.argv[1]).read_text()))
print(statements.explain(ExplainDetail.JSON_EXECUTION_PLAN))
"""
# Makes all earlier windows fire, like the end of a stream.
MUCH_LATER = irregular_stream.event(
    {"hash": "m", "time": irregular_stream.START + 86_400, "fee": 1}
)


@pytest.fixture(scope="module")
def stream():
    return irregular_stream.lines(MINUTES)


@pytest.fixture(scope="module")
def run(stream, tmp_path_factory):
    """Run the job once, without failures, on the complete stream."""
    job = Job(tmp_path_factory.mktemp("run"))
    job.feed("all", [*stream, *EXTREMES])
    with job.running() as process:
        job.finish(process)
    return job


@pytest.fixture(scope="module")
def distributed(stream, tmp_path_factory):
    """Run the job on the stream with two subtasks of every operator."""
    job = Job(tmp_path_factory.mktemp("distributed"))
    job.feed("all", stream)
    with job.running(**TWO) as process:
        job.finish(process)
    return job


def firings(job):
    """Return the rows of each minute in the order of their event times."""
    found = defaultdict(list)
    for row in sorted(job.written("minutes"), key=lambda row: row["event_time"]):
        found[row["tx_minute"]].append(row)
    return found


def in_order(found):
    return sorted(map(json.dumps, found))


def record(row):
    return flink_row.record(
        flink_row.parse(json.dumps(row).encode()), feature_record.FIRST_VERSION
    )


def ends_of(minutes):
    return {minute: feature_record.record(minute, fees) for minute, fees in minutes.items()}


def test_rows_equal_those_of_the_lambda_engine_exactly(run, stream):
    minutes, _ = irregular_stream.expected(stream)
    found = {minute: record(some[-1]) for minute, some in firings(run).items()}
    assert len(minutes) == MINUTES + 1  # and that of the transaction from the future
    assert sum(map(feature_record.conflicts, minutes.values())) > MINUTES
    assert {minute: found[minute] for minute in minutes} == ends_of(minutes)


def test_late_transactions_are_added_by_later_rows(run):
    again = 0
    for some in firings(run).values():
        versions = [row["event_time"] for row in some]
        assert versions == sorted(set(versions))
        counts = [row["total_nb_trx_1min"] for row in some]
        assert counts == sorted(counts)
        again += len(some) - 1
    assert again > MINUTES


def test_whatever_is_not_counted_is_a_dead_letter_with_a_reason(run, stream):
    _, rejected = irregular_stream.expected(stream)
    letters = run.written("dead-letters")
    found = Counter(letter["reason"] for letter in letters)
    assert found.pop(queries.TOO_LARGE)
    assert found == rejected
    assert set(found) == {transactions.NOT_AN_EVENT, transactions.INVALID, transactions.LATE}


def test_too_late_transactions_are_dead_letters_as_received(run, stream):
    arrived = [one for line in stream for one in irregular_stream.inside(line) or []]
    late = [
        json.loads(letter["record"])
        for letter in run.written("dead-letters")
        if letter["reason"] == transactions.LATE
    ]
    assert len(late) > 10
    assert all(one in arrived for one in late)


def test_minute_with_a_too_large_fee_is_a_dead_letter(run):
    letters = [
        json.loads(letter["record"])
        for letter in run.written("dead-letters")
        if letter["reason"] == queries.TOO_LARGE
    ]
    assert {"tx_minute": irregular_stream.iso(RICH), "transactions": 8} in letters
    found = firings(run)
    assert irregular_stream.iso(RICH) not in found
    full = {(f"f{k}", 2**53 // 8) for k in range(8)}
    assert record(found[irregular_stream.iso(FULL)][-1]) == feature_record.record(
        irregular_stream.iso(FULL), full
    )


def test_firings_of_crowded_minutes_have_increasing_versions(run):
    first, second = firings(run)[irregular_stream.iso(CROWDED)]
    for row, fees, time in (
        (first, CROWD, "2024-10-10T12:41:50.001Z"),
        (second, CROWD | {LATECOMER}, "2024-10-10T12:41:50.005Z"),
    ):
        *values, version = record(row)
        assert values == feature_record.record(irregular_stream.iso(CROWDED), fees)[:-1]
        assert version["ValueAsString"] == time
    from_archive = feature_record.record(irregular_stream.iso(CROWDED), CROWD, parts=1)[-1][
        "ValueAsString"
    ]
    assert from_archive > second["event_time"]


def test_job_restored_from_a_checkpoint_writes_the_same(run, stream, tmp_path):
    half = len(stream) // 2
    job = Job(tmp_path / "job", **{"source.monitor-interval": "100 ms"})
    end = irregular_stream.iso(CROWDED)
    whole = [row for row in run.written("minutes") if row["tx_minute"] < end]
    job.feed("1", stream[:half])
    with job.running(**OFTEN) as process:
        job.until(process, lambda: job.written("minutes"))
        # Two files only: files that are found together are not read in the order of their names.
        job.feed("2", [*stream[half:], MUCH_LATER])
        job.until(process, lambda: job.uncommitted("minutes"))
    assert 0 < len(job.written("minutes")) < len(whole)
    checkpoint = {"execution.state-recovery.path": f"file://{job.checkpoint()}"}
    rejected = [one for one in run.written("dead-letters") if one["reason"] != queries.TOO_LARGE]
    with job.running(**OFTEN, **checkpoint) as process:
        # The sinks commit the files of a checkpoint independently of each other.
        job.until(process, lambda: len(job.written("minutes")) >= len(whole))
        job.until(process, lambda: len(job.written("dead-letters")) >= len(rejected))
    assert in_order(job.written("minutes")) == in_order(whole)
    assert in_order(job.written("dead-letters")) == in_order(rejected)


def test_every_operator_is_distributed(tmp_path):
    file = Job(tmp_path / "job").configured(**TWO)
    environment = os.environ | {"PYTHONPATH": "functions"}
    command = [sys.executable, "-W", "ignore", "-c", EXPLAIN, file]
    plan = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    nodes = json.loads(plan.stdout.partition(EXECUTION_PLAN)[2])["nodes"]
    assert len(nodes) > 10
    # The sink of files ends with an operator of its own; Kinesis has none.
    inside = [node for node in nodes if not node["type"].startswith("end: ")]
    assert [node for node in inside if node["parallelism"] != 2] == []


def test_distributed_job_counts_every_transaction_or_explains_it(distributed, stream):
    _, rejected = irregular_stream.expected(stream)
    letters = distributed.written("dead-letters")
    found = Counter(one["reason"] for one in letters)
    for reason in (transactions.NOT_AN_EVENT, transactions.INVALID):
        assert found[reason] == rejected[reason]
    arrived = [one for line in stream for one in irregular_stream.inside(line) or []]
    counted = Counter(pair(one) for one in arrived if not problem(one))
    late = [json.loads(one["record"]) for one in letters if one["reason"] == transactions.LATE]
    assert len(late) > 10
    counted.subtract(map(pair, late))
    minutes = defaultdict(set)
    for (minute, *one), times in counted.items():
        assert times >= 0
        if times:
            minutes[minute].add(tuple(one))
    rows = {minute: record(some[-1]) for minute, some in firings(distributed).items()}
    assert rows == ends_of(minutes)


def pair(one):
    """Return what makes a transaction another one: minute, hash and fee."""
    return irregular_stream.iso(one["time"] // 60 * 60), one["hash"], one["fee"]
