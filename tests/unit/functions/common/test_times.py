from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common import times

NOW = datetime(2024, 10, 10, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["2024-10-10T01:00:00Z", "2024-10-10T03:00:00+02:00", "2024-10-10T01:00:00"]
)
def test_every_iso_form_is_parsed_as_utc(text):
    assert times.parse(text) == NOW
    assert times.iso(times.parse(text)) == "2024-10-10T01:00:00Z"


def test_text_that_is_not_a_time_is_reported():
    with pytest.raises(ValueError, match="time: got 'yesterday', expected an ISO"):
        times.parse("yesterday")


@given(st.datetimes(timezones=st.just(UTC)))
def test_floor_minute_is_the_latest_full_minute(time):
    floor = times.floor_minute(time)
    assert timedelta(0) <= time - floor < times.MINUTE
    assert times.iso(floor).endswith(":00Z")


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00+23:59", None, 5])
def test_time_beyond_the_calendar_is_reported(text):
    with pytest.raises(ValueError, match=r"time: got .*, expected an ISO 8601 time"):
        times.parse(text)
