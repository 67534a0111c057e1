"""A source of HTTP that changes the shape of its items: alarm, archive and `evergreen status`."""

from datetime import timedelta
from threading import Event
from types import SimpleNamespace

import pytest

from poller.config import Mapping
from poller.deduplication import Deduplication
from poller.loop import run
from poller.metrics import Metrics
from poller.publisher import Publisher
from poller.sources.mapping import mapped_format
from tests.support.deployed_loop import evergreen, metrics

pytestmark = pytest.mark.integration

ALARM = "evergreen-poller-rejections"
FORM = mapped_format(
    Mapping(SOURCE_NAME="rides", SOURCE_KEY="/id", SOURCE_TIME="/at", SOURCE_VALUE="/price")
)
PERIODS = 4  # of 5 minutes


@pytest.fixture
def poll_twenty_minutes(aws, outputs, tmp_path, capsys):
    """Poll every minute what a function of the time lists; return the state of the alarm."""

    def poll(listed):
        start = aws.next_hour()
        seconds = int(start.timestamp())
        times = range(seconds, seconds + PERIODS * 300, 60)
        polls, latest = [], seconds - 60
        for now in times:
            found = FORM.poll("https://example.org", listed(now), latest, now)
            polls, latest = [*polls, found], found.time
        publisher = Publisher(aws.client("events"), outputs["bus_name"], Event())
        capsys.readouterr()
        health = SimpleNamespace(beat=lambda: None)
        run(polls, Deduplication(), publisher, Metrics("Evergreen/evergreen"), health, Event())
        log = tmp_path / "metrics.jsonl"
        log.write_text(capsys.readouterr().out)
        aws.advance(start + timedelta(minutes=5 * PERIODS))
        metrics(aws, log)
        aws.pass_minutes(1)
        [alarm] = aws.client("cloudwatch").describe_alarms(AlarmNames=[ALARM])["MetricAlarms"]
        return alarm["StateValue"]

    return poll


def ride(number, now, **more):
    return {"id": f"{now}-{number}", "at": now, "price": 3} | more


def test_bad_item_among_valid_ones_raises_no_alarm_however_long_it_is_listed(
    aws, poll_twenty_minutes
):
    state = poll_twenty_minutes(
        lambda now: [ride(0, 0, price=None), *(ride(n, now) for n in range(5))]
    )
    assert state == "OK"
    _, status = evergreen(aws, "status")
    assert status["rejected_items"]["count"] == 5 * PERIODS


def test_items_of_another_shape_raise_the_alarm_and_status_says_which_field(
    aws, poll_twenty_minutes
):
    def listed(now):
        return [{"id": f"{now}-{n}", "at": now, "fare": {"amount": 3}} for n in range(5)]

    assert poll_twenty_minutes(listed) == "ALARM"
    aws.pass_minutes(10)  # Firehose delivers what was rejected
    _, status = evergreen(aws, "status")
    assert status["rejected_items"] == {
        "count": 25 * PERIODS,
        "reason": "/price: got None, expected a number",
    }
    [alarm] = [alarm for alarm in status["alarms"] if alarm["name"] == ALARM]
    assert (alarm["stage"], alarm["runbook"].rpartition("#")[2]) == ("1", "poller-rejections")
    assert alarm["first_action"].startswith("evergreen status has the newest reason")
