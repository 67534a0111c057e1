"""What the three commands on the archive do is tested on the local AWS; here: what they say."""

import argparse
import json
from datetime import UTC, datetime

import pytest
from botocore.stub import Stubber

from cli.commands import audit, replay
from cli.commands.span import Span
from cli.main import main

NIGHT = ["--from", "2024-10-10T00:00:00Z", "--to", "2024-10-10T00:10:00Z"]
START = 1_728_518_400


def span(minutes=10):
    since = datetime(2024, 10, 10, tzinfo=UTC)
    until = datetime(2024, 10, 10, 0, minutes, tzinfo=UTC)
    given = argparse.Namespace(since=since, until=until, late_days=1)
    return Span.of(given)


def event(*times, **more):
    transactions = [{"hash": "a", "time": time, "fee": 1} for time in times]
    detail = {"version": "1", "transactions": transactions, **more}
    return {"id": "1", "time": "2024-10-10T00:00:00Z", "detail": detail}


@pytest.mark.parametrize("command", ["audit", "replay", "backfill"])
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--from", "yesterday", *NIGHT[2:]], "'yesterday' is no ISO time"),
        (["--from", "2024-10-10T00:00:30Z", *NIGHT[2:]], "is not the start of a minute"),
        (NIGHT[:2], "the following arguments are required: --to"),
    ],
)
def test_what_is_no_range_is_refused(capsys, command, arguments, sentence):
    with pytest.raises(SystemExit) as ended:
        main([command, *arguments])
    assert ended.value.code == 2
    assert sentence in capsys.readouterr().err


def test_a_range_that_runs_backwards_is_refused(deployment, capsys):
    backwards = ["--from", NIGHT[3], "--to", NIGHT[1]]
    assert main(["audit", *backwards], deployment.reach) == 2
    assert "is not before --to" in capsys.readouterr().err


def test_times_without_zone_are_utc_and_others_are_converted():
    parser = argparse.ArgumentParser()
    audit.add_span(parser)
    given = parser.parse_args(["--from", "2024-10-10", "--to", "2024-10-10T03:00+02:00"])
    assert Span.of(given).minutes()[0] == "2024-10-10T00:00:00Z"
    assert len(Span.of(given).minutes()) == 60


def test_i9_an_empty_minute_was_polled_an_unknown_one_was_not(deployment, capsys):
    """The poller's heartbeat tells them apart; of neither there is a row."""
    for minute, polls in [(0, 6), (1, 5), (3, 6), (4, 0)]:
        deployment.clients("cloudwatch").put_metric_data(
            Namespace="Evergreen/evergreen",
            MetricData=[
                {"MetricName": "Polls", "Value": polls, "Timestamp": START + 60 * minute + 30}
            ],
        )
    names = ["tx_minute", "total_nb_trx_1min", "total_fee_1min", "avg_fee_1min", "event_time"]
    row = dict(zip(names, ["2024-10-10T00:00:00Z", "0", "0", "0.0", ""], strict=True))
    with Stubber(deployment.clients("sagemaker-featurestore-runtime")) as stub:
        stub.add_response("batch_get_record", answer(row))
        main(["audit", *NIGHT, "--json"], deployment.reach)
    minutes = json.loads(capsys.readouterr().out)["minutes"]
    assert (minutes["with_row"], minutes["empty"], minutes["unknown"]) == (1, 2, 7)


def answer(row):
    """Answer a BatchGetRecord with one row."""
    record = {
        "FeatureGroupName": "evergreen-minutes",
        "RecordIdentifierValueAsString": row["tx_minute"],
        "Record": [{"FeatureName": n, "ValueAsString": v} for n, v in row.items() if v],
    }
    return {"Records": [record], "Errors": [], "UnprocessedIdentifiers": []}


@pytest.mark.parametrize(
    ("distinct", "held", "late", "explained"),
    [(5, 5, 0, True), (5, 4, 1, True), (5, 3, 1, False), (5, 6, 0, False), (0, 1, 0, False)],
)
def test_a_row_may_lack_only_what_came_too_late(distinct, held, late, explained):
    assert audit._explained(distinct, held, late) is explained


def test_a_replay_sends_the_part_of_an_event_that_lies_in_the_range():
    entry = replay.again(event(START - 1, START, START + 599, START + 600), span(), "r")
    assert entry.count == 2
    detail = json.loads(entry.detail)
    assert [one["time"] for one in detail["transactions"]] == [START, START + 599]
    assert (detail["version"], detail["replay"]) == ("1", "r")


def test_a_replay_does_not_send_replays_nor_other_times_nor_what_is_no_event():
    assert replay.again(event(START, replay="r"), span(), "r") is None
    assert replay.again(event(START + 600), span(), "r") is None
    assert replay.again({"detail": {}}, span(), "r") is None
