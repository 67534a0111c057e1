"""Groups by configuration."""

import numpy as np
import pandas as pd
import pytest

from sagemaker_pipelines.evaluation_reports.groups import Grouping, parse
from sagemaker_pipelines.paths import JobError

TIMES = pd.DatetimeIndex(["2024-10-10T23:59Z", "2024-10-11T00:00Z", "2024-10-13T12:30Z"])


def test_configuration_is_parsed():
    assert parse(" hour_of_day; weekday;level:1e3,2000.5 ;") == (
        Grouping("hour_of_day"),
        Grouping("weekday"),
        Grouping("level", (1000.0, 2000.5)),
    )
    assert parse("") == ()


@pytest.mark.parametrize(
    "text",
    ["hour", "hour_of_day:", "step:", "step:10,5", "step:1,1", "step:a", "step:nan", ":1"],
)
def test_wrong_configuration_is_named(text):
    with pytest.raises(JobError, match=r"groups: got '.*', expected hour_of_day, weekday or"):
        parse(f"weekday;{text}")


def test_repeated_name_is_refused():
    with pytest.raises(JobError, match="expected each name once"):
        parse("step:1;step:2")


def test_times_have_hours_and_weekdays_in_utc():
    assert list(Grouping("hour_of_day").labels(TIMES, {}).rows) == ["23", "0", "12"]
    weekday = Grouping("weekday").labels(TIMES, {})
    assert list(weekday.rows) == ["Thursday", "Friday", "Sunday"]
    assert weekday.order[0] == "Monday"


def test_ranges_include_their_lower_limit():
    values = [-1, 9.99, 10, 19, 20, 1e9, np.nan]
    labels = Grouping("size", (10, 20)).labels(None, {"size": values})
    assert list(labels.rows) == [
        *("below 10", "below 10", "10 to 20", "10 to 20", "20 and above", "20 and above"),
        "missing",
    ]
    assert labels.order == ("below 10", "10 to 20", "20 and above", "missing")


def test_unknown_feature_is_named_with_the_known_ones():
    with pytest.raises(JobError, match="groups: got 'size', expected level or step"):
        Grouping("size", (1,)).labels(None, {"level": [1], "step": [1]})


def test_hours_need_times():
    with pytest.raises(JobError, match="groups: got 'weekday', expected rows with times"):
        Grouping("weekday").labels(None, {"size": [1]})
