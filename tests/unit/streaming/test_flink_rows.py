"""② The comparison of both engines: it fails on differences that it cannot explain."""

import json

import pytest

from scripts import flink_rows
from streaming import queries, transactions

MINUTE, NEXT = "2024-10-10T12:00:00Z", "2024-10-10T12:01:00Z"
ROW = {"total_nb_trx_1min": "2", "total_fee_1min": "25", "avg_fee_1min": "12.5"}
SETS = {MINUTE: {("a", 10), ("b", 15)}}


def row(**changed):
    return {"tx_minute": MINUTE, **ROW, "event_time": "2024-10-10T12:01:00.002Z", **changed}


def written(**changed):
    """Return the row with numbers, as written by the job."""
    typed = {"total_nb_trx_1min": 2, "total_fee_1min": 25, "avg_fee_1min": 12.5}
    return row(**typed | changed)


def late(second):
    record = json.dumps({"hash": "c", "fee": 1, "time": second})
    return {"reason": transactions.LATE, "record": record}


def test_equal_rows_pass(capsys):
    assert flink_rows.report(SETS, {MINUTE: row()}, {MINUTE: written()}, []) == 0
    assert "rows unexplained" in capsys.readouterr().out


@pytest.mark.parametrize(
    "changed",
    [{"total_nb_trx_1min": 1}, {"avg_fee_1min": 12.500000000000002}, {"event_time": "x"}],
)
def test_different_row_is_shown(capsys, changed):
    assert flink_rows.report(SETS, {MINUTE: row()}, {MINUTE: written(**changed)}, []) == 1
    assert f"{MINUTE}: Lambda" in capsys.readouterr().out


def test_minute_missing_in_one_engine_is_shown():
    assert flink_rows.report(SETS, {MINUTE: row()}, {}, []) == 1
    assert flink_rows.report({}, {}, {MINUTE: written()}, []) == 1


def test_late_transactions_explain_their_own_minute_only():
    short = written(total_nb_trx_1min=1)
    assert flink_rows.report(SETS, {MINUTE: row()}, {MINUTE: short}, [late(1728561630)]) == 0
    assert flink_rows.report(SETS, {MINUTE: row()}, {MINUTE: short}, [late(1728561690)]) == 1


def test_minute_with_a_too_large_fee_is_explained():
    record = json.dumps({"tx_minute": MINUTE, "transactions": 2})
    letters = [{"reason": queries.TOO_LARGE, "record": record}]
    assert flink_rows.report(SETS, {MINUTE: row()}, {}, letters) == 0


def test_crowded_minute_may_have_different_versions():
    crowd = {"total_nb_trx_1min": "50001", "event_time": "2024-10-10T12:01:50.100Z"}
    ours = written(total_nb_trx_1min=50001, event_time="2024-10-10T12:01:50.001Z")
    assert flink_rows.report(SETS, {MINUTE: row(**crowd)}, {MINUTE: ours}, []) == 0


def test_latest_row_of_a_minute_counts():
    newer = written(event_time="2024-10-10T12:01:00.003Z")
    assert flink_rows.latest([newer, written()]) == {MINUTE: newer}


def test_file_is_converted_to_events_like_by_the_poller(tmp_path):
    one = {"hash": "a" * 64, "time": 1728561600, "fee": 10}
    place = tmp_path / "stream.jsonl"
    place.write_text("\n".join([json.dumps(one), "not json", json.dumps(one)]))
    [line], rejected = flink_rows.events(str(place))
    assert rejected == 1
    assert json.loads(line)["time"] == MINUTE
    assert flink_rows.read([line]) == {MINUTE: {("a" * 64, 10)}}
