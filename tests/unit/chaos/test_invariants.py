import pytest

from chaos import invariants


def report(**changes):
    return {
        "transactions": {"distinct": 100, "in_features": 100},
        "trainings": [("07:45", "07:50"), ("08:00", "08:02")],
        "versions": {"1": "Approved", "2": "Rejected"},
        "dead_letters": {"loop-writer-dead-letters": 2, "loop-undelivered": 0},
        "alarms": [{"name": "loop-writer-dead-letters", "state": "ALARM"}],
        "iam": {"denials": []},
    } | changes


def test_nothing_is_reported_if_everything_holds():
    assert invariants.failures(report(), 100) == []


@pytest.mark.parametrize(
    ("changes", "failure"),
    [
        (
            {"transactions": {"distinct": 100, "in_features": 98}},
            "2 of 100 transactions lost (in_features)",
        ),
        (
            {"transactions": {"distinct": 101, "in_features": 100}},
            "1 of 100 transactions counted twice (distinct)",
        ),
        (
            {"trainings": [("07:45", "08:01"), ("08:00", "08:02")]},
            "two trainings at once: one from 07:45 to 08:01, one from 08:00",
        ),
        (
            {"versions": {"1": "PendingManualApproval"}},
            "version 1 is PendingManualApproval: nobody decided on it",
        ),
        ({"alarms": []}, "2 messages in loop-writer-dead-letters raised no alarm"),
        (
            {"iam": {"denials": [{"action": "s3:GetObject", "principal": "x"}]}},
            "IAM denied s3:GetObject to x",
        ),
    ],
)
def test_what_does_not_hold_is_named(changes, failure):
    assert invariants.failures(report(**changes), 100) == [failure]
