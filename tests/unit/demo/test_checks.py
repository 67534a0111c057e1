import pytest

from demo import checks
from tests.support import completed_run


def test_completed_run_has_no_failure():
    report = completed_run.report()
    assert checks.failures(report, complete=True) == []
    assert checks.remarks(report) == []


def test_lost_transaction_is_a_failure():
    report = completed_run.report()
    report["transactions"]["in_features"] -= 1
    assert checks.failures(report, complete=False) == [
        "③ the features have 950,399 transactions, the archive 950,400."
    ]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [(None, "nothing is deployed"), ({"status": 503, "detail": "no minute"}, "no minute")],
)
def test_api_must_have_given_a_forecast(answer, reason):
    report = completed_run.report() | {"api": answer}
    assert checks.failures(report, complete=False) == []
    assert checks.failures(report, complete=True) == [f"The API gave no forecast: {reason}."]


def test_plan_that_is_not_empty_is_a_failure():
    report = completed_run.report()
    report["terraform"]["second_plan_changes"] = 2
    assert "would change 2" in checks.failures(report, complete=False)[0]


def test_second_model_must_be_trained_after_the_alarm():
    report = completed_run.report()
    report["models"][1]["trained_at"] = completed_run.at(29)
    assert checks.failures(report, complete=True) == [
        "⑧ no model that was trained after the alarm reached production."
    ]


def test_denied_call_is_a_failure():
    report = completed_run.report()
    report["iam"]["denials"] = [
        {
            "principal": "arn:aws:sts::123456789012:assumed-role/evergreen-poller/1",
            "action": "events:PutEvents",
            "resource": "arn:aws:events:eu-west-1:123456789012:event-bus/evergreen",
            "reason": "because no identity-based policy allows the events:PutEvents action",
            "times": 3,
        }
    ]
    (failure,) = checks.failures(report, complete=False)
    assert failure.startswith("IAM denied events:PutEvents on arn:aws:events:")
    assert "evergreen-poller/1 3 times" in failure


def test_grant_that_was_never_used_needs_a_reason():
    report = completed_run.report()
    report["iam"]["unused"][0]["reason"] = None
    assert checks.failures(report, complete=False) == []
    assert checks.failures(report, complete=True) == [
        "evergreen-firehose: the grant kms:Decrypt (UseKey) was never used, and "
        "demo/unused_grants.py has no reason for it."
    ]


def test_single_model_is_a_remark():
    report = completed_run.report()
    report["models"], report["alarms"] = report["models"][:1], []
    assert checks.failures(report, complete=False) == []
    assert checks.remarks(report)[0].startswith("One model served production to the end")


@pytest.mark.parametrize("complete", [True, False])
def test_run_without_model_fails_with_the_reason(complete):
    report = completed_run.report()
    report["models"], report["monitoring"], report["alarms"] = [], [], []
    assert checks.failures(
        report, complete=complete, training_failure="minutes_with_data is 60"
    ) == ["④ no model was trained: minutes_with_data is 60"]
    assert checks.remarks(report) == []


def test_model_that_serves_again_has_two_periods():
    report = completed_run.report()
    first, second = report["models"]
    first["production_times"].append(completed_run.at(40))
    assert checks.production_periods(report) == [
        (first["production_times"][0], second["production_at"], first),
        (second["production_at"], completed_run.at(40), second),
        (completed_run.at(40), checks.FOREVER, first),
    ]
