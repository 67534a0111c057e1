import pytest

from demo import picture, table
from demo.features import covered
from tests.unit.demo import turned

PNG = b"\x89PNG"


def test_the_picture_is_drawn(tmp_path):
    file = tmp_path / "loop.png"
    picture.draw(turned.report(), turned.rows(), turned.forecasts(), file)
    assert file.read_bytes().startswith(PNG)


def test_a_picture_without_models_is_drawn(tmp_path):
    report = turned.report()
    for part in ("models", "monitoring", "alarms", "retrains"):
        report[part] = []
    file = tmp_path / "loop.png"
    picture.draw(report, turned.rows()[:5], [], file)
    assert file.read_bytes().startswith(PNG)


@pytest.mark.parametrize("minutes", [1, 20, 300, 2640])
def test_a_stream_of_any_length_is_drawn_without_a_warning(tmp_path, minutes):
    report = turned.report() | {"models": [], "monitoring": [], "alarms": [], "retrains": []}
    picture.draw(report, turned.rows()[:minutes], [], tmp_path / "loop.png")


def test_alarm_periods_last_until_the_state_changes():
    assert picture.alarm_periods(turned.report()) == [(turned.at(30), turned.at(33))]


def test_an_alarm_that_is_still_on_lasts_to_the_end():
    report = turned.report()
    report["alarms"] = report["alarms"][:1]
    assert picture.alarm_periods(report) == [(turned.at(30), turned.at(44))]


def test_the_table_is_short_and_says_what_happened():
    text = table.render(turned.report())
    assert len(text.splitlines()) <= 12
    assert "950,400 in features" in text
    assert "model 2" in text
    assert "second plan: 0 changes" in text


def test_missing_minutes_are_counted_between_first_and_last():
    rows = turned.rows()
    assert covered([*rows[:10], *rows[15:20]]) == {
        "count": 15,
        "first": turned.at(0),
        "last": rows[19].minute,
        "missing": 5,
    }
    assert covered([])["count"] == 0


def test_an_alarm_that_rings_often_is_one_short_line():
    rings = [{"name": "late", "state": "ALARM", "time": turned.at(hour)} for hour in range(40)]
    text = table.render(turned.report() | {"alarms": rings})
    assert "alarm          2024-10-10 00:00 … 2024-10-11 15:00, 40 times  late" in text
