from demo import checks
from tests.unit.demo import turned


def test_a_loop_that_turned_has_no_failure():
    report = turned.report()
    assert checks.failures(report, complete=True) == []
    assert checks.remarks(report) == []


def test_a_lost_transaction_is_a_failure():
    report = turned.report()
    report["transactions"]["in_features"] -= 1
    assert checks.failures(report, complete=False) == [
        "③ the features hold 950,399 transactions, the archive 950,400."
    ]


def test_a_plan_that_is_not_empty_is_a_failure():
    report = turned.report()
    report["terraform"]["second_plan_changes"] = 2
    assert "would change 2" in checks.failures(report, complete=False)[0]


def test_the_second_model_must_come_from_the_alarm():
    report = turned.report()
    report["models"][1]["trained_at"] = turned.at(29)
    assert checks.failures(report, complete=True) == [
        "⑧ no model that the alarm asked for reached production."
    ]


def test_one_model_to_the_end_is_said_plainly():
    report = turned.report()
    report["models"], report["alarms"] = report["models"][:1], []
    assert checks.failures(report, complete=False) == []
    assert checks.remarks(report)[0].startswith("One model served production to the end")


def test_a_stream_too_short_for_a_model_is_said_plainly():
    report = turned.report()
    report["models"], report["monitoring"], report["alarms"] = [], [], []
    assert checks.failures(report, complete=False) == []
    assert checks.remarks(report) == ["No model was trained."]
    assert checks.failures(report, complete=True) == ["⑥ no model reached production."]
