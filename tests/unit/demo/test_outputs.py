import pytest

from demo import picture, table
from demo.features import coverage
from tests.support import completed_run

PNG = b"\x89PNG"


def test_picture_is_drawn(tmp_path):
    file = tmp_path / "loop.png"
    picture.draw(completed_run.report(), completed_run.rows(), completed_run.forecasts(), file)
    assert file.read_bytes().startswith(PNG)


def test_picture_without_models_is_drawn(tmp_path):
    report = completed_run.report()
    for part in ("models", "monitoring", "alarms", "retrains"):
        report[part] = []
    file = tmp_path / "loop.png"
    picture.draw(report, completed_run.rows()[:5], [], file)
    assert file.read_bytes().startswith(PNG)


@pytest.mark.parametrize("minutes", [1, 20, 300, 2640])
def test_stream_of_any_length_is_drawn_without_a_warning(tmp_path, minutes):
    report = completed_run.report() | {
        "models": [],
        "monitoring": [],
        "alarms": [],
        "retrains": [],
    }
    picture.draw(report, completed_run.rows()[:minutes], [], tmp_path / "loop.png")


def test_alarm_periods_last_until_the_state_changes():
    assert picture.alarm_periods(completed_run.report()) == [
        (completed_run.at(30), completed_run.at(33))
    ]


def test_alarm_without_end_lasts_to_the_end_of_the_run():
    report = completed_run.report()
    report["alarms"] = report["alarms"][:1]
    assert picture.alarm_periods(report) == [(completed_run.at(30), completed_run.at(44))]


def test_table_is_a_short_summary():
    text = table.render(completed_run.report())
    assert len(text.splitlines()) <= 12
    assert "950,400 in features" in text
    assert "model 2" in text
    assert "succeeded: schedule, 42 s, 0.0021 USD on AWS at these durations" in text
    assert "second plan: 0 changes" in text
    assert "model 2, 1 minutes, the first 5 satoshi (4 to 6)" in text


def test_missing_minutes_are_counted_between_first_and_last():
    rows = completed_run.rows()
    assert coverage([*rows[:10], *rows[15:20]]) == {
        "count": 15,
        "first": completed_run.at(0),
        "last": rows[19].minute,
        "missing": 5,
    }
    assert coverage([])["count"] == 0


def test_frequent_alarm_is_one_short_line():
    changes = [
        {"name": "late", "state": "ALARM", "time": completed_run.at(hour)} for hour in range(40)
    ]
    text = table.render(completed_run.report() | {"alarms": changes})
    assert "alarm          2024-10-10 00:00 … 2024-10-11 15:00, 40 times  late" in text


def test_losses_of_a_model_that_serves_again_are_those_of_all_its_periods(tmp_path):
    report = completed_run.report()
    report["models"][0]["production_times"].append(completed_run.at(40))
    text = table.render(report)
    assert "production 2024-10-10 13:03, 2024-10-11 16:00: wQL 0.164 in 22 h" in text
    assert "production 2024-10-11 06:03: wQL 0.110 in 9 h" in text
    picture.draw(report, completed_run.rows(), completed_run.forecasts(), tmp_path / "loop.png")
