"""Parts of the archive commands, which integration tests run on the local AWS."""

import gzip
import json
from datetime import UTC, datetime, timedelta

import pytest
from botocore.stub import Stubber

from cli.commands import audit, replay
from cli.errors import CommandError
from cli.main import main
from cli.queries import metrics
from cli.time_range import TimeRange, parse_minute
from common.times import MINUTE, iso
from tests.support.feature_records import batch_response

GROUP = "evergreen-minutes"
NIGHT = ["--from", "2024-10-10T00:00:00Z", "--to", "2024-10-10T00:10:00Z"]
START = 1_728_518_400
TEN_MINUTES = TimeRange(
    datetime(2024, 10, 10, tzinfo=UTC), datetime(2024, 10, 10, 0, 10, tzinfo=UTC)
)


def event(*times, **more):
    transactions = [{"hash": "a", "time": time, "fee": 1} for time in times]
    detail = {"version": "1", "transactions": transactions, **more}
    return {"id": "1", "time": "2024-10-10T00:00:00Z", "detail": detail}


def test_range_is_not_longer_than_the_memory_allows():
    long = TimeRange(parse_minute("2009-01-01T00:00Z"), parse_minute("2024-10-10T00:00Z"))
    with pytest.raises(CommandError, match="got 5761 days, expected at most 1000") as raised:
        long.minutes()
    assert raised.value.code == 2


@pytest.mark.parametrize("command", ["audit", "replay", "backfill"])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--from", "yesterday", *NIGHT[2:]], "--from: got 'yesterday', expected an ISO 8601"),
        (["--from", "2024-10-10T00:00:30Z", *NIGHT[2:]], "expected the start of a minute"),
        ([*NIGHT, "--late-days", "-1"], "--late-days: got '-1', expected a number of days"),
        ([*NIGHT, "--late-days", "nan"], "--late-days: got 'nan', expected a number of days"),
        ([*NIGHT, "--late-days", "1e300"], "--late-days: got '1e300', expected a number of days"),
        ([*NIGHT, "--late-days", "inf"], "--late-days: got 'inf', expected a number of days"),
        (["--from", "0001-01-01T00:00:00Z", *NIGHT[2:]], "expected a year from 2009 to 2100"),
        (["--from", "9999-12-31T23:59:00Z", *NIGHT[2:]], "expected a year from 2009 to 2100"),
        (["--from", "0001-01-01T00:00+23:59", *NIGHT[2:]], "expected an ISO 8601 time"),
        (["--from", "9999-12-31T23:59-23:59", *NIGHT[2:]], "expected an ISO 8601 time"),
    ],
)
def test_invalid_range_is_a_usage_error(capsys, command, arguments, message):
    assert main([command, *arguments, "--json"]) == 2
    printed = capsys.readouterr()
    assert message in printed.err
    assert message in json.loads(printed.out)["error"]


@pytest.mark.parametrize("command", ["replay", "backfill"])
def test_range_of_a_change_has_no_default(capsys, command):
    assert main([command, *NIGHT[:2]]) == 2
    assert "Missing option '--to'" in capsys.readouterr().err


def test_audit_is_of_the_last_hour_by_default(deployment, capsys):
    with Stubber(deployment.clients("sagemaker-featurestore-runtime")) as stub:
        stub.add_response("batch_get_record", batch_response(GROUP, []))
        assert main(["audit", "--json"], deployment.connect) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["minutes"]["in_range"] == 60
    assert found["to"] == f"{deployment.connection.now:%Y-%m-%dT%H:%M:00Z}"


def test_range_that_runs_backwards_is_rejected(deployment, capsys):
    backwards = ["--from", NIGHT[3], "--to", NIGHT[1]]
    assert main(["audit", *backwards], deployment.connect) == 2
    assert "is not before --to" in capsys.readouterr().err


def test_range_of_the_future_is_rejected(deployment, capsys):
    future = ["--from", "2024-10-10T14:00", "--to", "2024-10-10T15:00"]
    assert main(["audit", *future], deployment.connect) == 2
    assert "is not before the current minute" in capsys.readouterr().err


def test_times_without_offset_are_utc_and_others_are_converted():
    time_range = TimeRange(parse_minute("2024-10-10"), parse_minute("2024-10-10T03:00+02:00"))
    assert time_range.minutes()[0] == "2024-10-10T00:00:00Z"
    assert len(time_range.minutes()) == 60


def test_i9_empty_minutes_were_polled_and_unknown_ones_were_not(deployment, capsys):
    """Neither has a row; the metric Polls distinguishes them."""
    for minute, polls in [(0, 6), (1, 5), (3, 6), (4, 0)]:
        deployment.clients("cloudwatch").put_metric_data(
            Namespace="Evergreen/evergreen",
            MetricData=[
                {"MetricName": "Polls", "Value": polls, "Timestamp": START + 60 * minute + 30}
            ],
        )
    with Stubber(deployment.clients("sagemaker-featurestore-runtime")) as stub:
        stub.add_response(
            "batch_get_record", batch_response(GROUP, [row("2024-10-10T00:00:00Z", 0)])
        )
        main(["audit", *NIGHT, "--json"], deployment.connect)
    minutes = json.loads(capsys.readouterr().out)["minutes"]
    assert (minutes["with_row"], minutes["empty"], minutes["unknown"]) == (1, 2, 7)


@pytest.fixture
def aws(deployment):
    """A deployment with helpers that add a metric, an archived event and rows."""
    time = deployment.connection.now.replace(second=0)

    def metric(name, ago, value):
        deployment.clients("cloudwatch").put_metric_data(
            Namespace="Evergreen/evergreen",
            MetricData=[
                {"MetricName": name, "Value": value, "Timestamp": time - timedelta(minutes=ago)}
            ],
        )

    def archived(ago, count):
        sent = time - timedelta(minutes=ago)
        seconds = [int(sent.timestamp())] * count
        document = event(*seconds) | {"id": str(ago), "time": f"{sent:%Y-%m-%dT%H:%M:%SZ}"}
        for n, item in enumerate(document["detail"]["transactions"]):
            item["hash"] = f"{ago:032x}{n:032x}"
        body = gzip.compress(json.dumps(document).encode())
        key = f"raw/{sent:%Y/%m/%d/%H}/{ago}"
        deployment.clients("s3").put_object(Bucket=deployment.bucket, Key=key, Body=body)

    def audited(*rows):
        hour = ["--from", "2024-10-10T13:00", "--to", "2024-10-10T15:00"]
        listed = [(f"{time - timedelta(minutes=ago):%Y-%m-%dT%H:%M:00Z}", n) for ago, n in rows]
        records = [row(minute, count) for minute, count in listed]
        with Stubber(deployment.clients("sagemaker-featurestore-runtime")) as stub:
            stub.add_response("batch_get_record", batch_response(GROUP, records))
            return main(["audit", *hour, "--json"], deployment.connect)

    deployment.metric, deployment.archived, deployment.audited = metric, archived, audited
    return deployment


def row(minute, count):
    names = ["tx_minute", "total_nb_trx_1min", "total_fee_1min", "avg_fee_1min"]
    return dict(zip(names, [minute, str(count), str(count), "1.0"], strict=True))


def test_future_minutes_are_excluded(aws, monkeypatch, capsys):
    monkeypatch.setattr(audit, "transaction_counts", lambda *_: {})
    assert aws.audited() == 0
    document = json.loads(capsys.readouterr().out)
    assert document["to"] == "2024-10-10T14:00:00Z"
    assert document["minutes"]["in_range"] == 60
    assert (document["minutes"]["unknown"], document["minutes"]["in_flight"]) == (55, 5)


def test_recent_transactions_are_in_flight_and_older_ones_are_lost(aws, capsys):
    for ago in (2, 20, 30):
        aws.metric("TransactionsPublished", ago, 10)
    aws.archived(20, 10)
    assert aws.audited((20, 10)) == 1
    document = json.loads(capsys.readouterr().out)
    assert (document["in_flight"], document["lost"]) == (10, 10)
    assert document["unexplained"] == 10
    aws.archived(30, 10)
    assert aws.audited((20, 10), (30, 10)) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["in_flight"], document["lost"]) == (10, 0)


def test_recent_minute_may_still_get_its_row(aws, monkeypatch, capsys):
    monkeypatch.setattr(audit, "transaction_counts", lambda *_: {})
    aws.metric("TransactionsPublished", 2, 10)
    aws.archived(2, 10)
    assert aws.audited() == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["unexplained"], document["minutes"]["inconsistent"]) == (0, [])


@pytest.mark.parametrize(
    ("days", "period"), [(14, 1), (15, 5), (62, 5), (63, 60), (454, 60), (455, None)]
)
def test_counts_are_read_by_the_period_that_cloudwatch_keeps(aws, days, period):
    now = aws.connection.now.replace(second=0)
    start = now - timedelta(days=days) + timedelta(hours=0 if days in (15, 63, 455) else 1)
    hours = TimeRange(start, start + timedelta(hours=2))
    aws.metric("Polls", (now - start) // MINUTE, 6)
    if period is None:
        with pytest.raises(metrics.ForgottenError, match="no counts for longer than 455 days"):
            metrics.poller_counts(aws.connection, hours)
    else:
        counts = metrics.poller_counts(aws.connection, hours)
        assert (counts.period, counts.polls) == (period * MINUTE, {iso(start): 6})


def test_counts_by_five_minutes_need_a_range_of_them(aws):
    start = (aws.connection.now - timedelta(days=20)).replace(minute=1, second=0)
    with pytest.raises(metrics.ForgottenError, match="by 5 minutes: give --from and --to"):
        metrics.poller_counts(aws.connection, TimeRange(start, start + timedelta(hours=2)))


def test_replay_of_an_old_file_is_not_called_lost_or_surplus(aws, monkeypatch, capsys):
    """CloudWatch drops counts of events that are older than two weeks at their delivery."""
    monkeypatch.setattr(audit, "transaction_counts", lambda *_: {})
    aws.archived(30 * 24 * 60, 10)
    old = ["--from", "2024-09-10T14:00", "--to", "2024-09-10T15:00"]
    with Stubber(aws.clients("sagemaker-featurestore-runtime")) as stub:
        records = [row("2024-09-10T14:00:00Z", 10)]
        stub.add_response("batch_get_record", batch_response(GROUP, records))
        assert main(["audit", *old, "--json"], aws.connect) == 0
    printed = capsys.readouterr()
    document = json.loads(printed.out)
    assert (document["archived"], document["in_features"]) == (10, 10)
    unknown = ("polled", "published", "in_flight", "surplus", "lost")
    assert [document[name] for name in unknown] == [None] * 5
    assert document["minutes"]["without_row"] == 59
    assert (document["minutes"]["empty"], document["minutes"]["unknown"]) == (None, None)
    assert "What was lost is not known" in printed.err


def test_lost_transactions_of_last_month_are_found(aws, monkeypatch, capsys):
    monkeypatch.setattr(audit, "transaction_counts", lambda *_: {})
    ago = 30 * 24 * 60
    aws.metric("TransactionsPublished", ago, 12)
    aws.archived(ago, 10)
    old = ["--from", "2024-09-10T14:00", "--to", "2024-09-10T15:00"]
    with Stubber(aws.clients("sagemaker-featurestore-runtime")) as stub:
        records = [row("2024-09-10T14:00:00Z", 10)]
        stub.add_response("batch_get_record", batch_response(GROUP, records))
        assert main(["audit", *old, "--json"], aws.connect) == 1
    document = json.loads(capsys.readouterr().out)
    assert (document["published"], document["lost"], document["in_flight"]) == (12, 2, 0)


def test_more_archived_than_published_is_a_surplus(aws, capsys):
    aws.metric("TransactionsPublished", 20, 7)
    aws.archived(20, 10)
    assert aws.audited((20, 10)) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["surplus"], document["lost"], document["in_flight"]) == (3, 0, 0)


@pytest.mark.parametrize(
    ("distinct", "stored", "late", "explained"),
    [(5, 5, 0, True), (5, 4, 1, True), (5, 3, 1, False), (5, 6, 0, False), (0, 1, 0, False)],
)
def test_row_may_lack_only_late_transactions(distinct, stored, late, explained):
    assert audit._explained(distinct, stored, late) is explained


def test_replay_sends_the_part_of_an_event_that_is_in_the_range():
    archived = event(START - 1, START, START + 599, START + 600)
    [entry] = replay.replayed(archived, TEN_MINUTES, "r")
    assert len(entry.texts) == 2
    detail = json.loads(entry.detail)
    assert [item["time"] for item in detail["transactions"]] == [START, START + 599]
    assert (detail["version"], detail["replay"]) == ("1", "r")


def test_replay_skips_replays_other_times_and_malformed_events():
    assert replay.replayed(event(START, replay="r"), TEN_MINUTES, "r") == []
    assert replay.replayed(event(START + 600), TEN_MINUTES, "r") == []
    assert replay.replayed({"detail": {}}, TEN_MINUTES, "r") == []
