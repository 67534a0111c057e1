"""`evergreen history` as text and as JSON."""

import json

import pytest

from cli.main import main
from cli.queries.decisions import unresolved_deployments


@pytest.fixture
def with_history(deployment):
    """Two models, of which one is in production, and two retraining requests."""
    first = deployment.package("Approved")
    deployment.package()
    for stage in ("staging", "production"):
        time = f"2024-10-10T13:0{len(stage) - 6}:00Z"
        deployment.decide("Model Deployed", time, package_arn=first, stage=stage)
    deployment.decide("Retraining Started", "2024-10-10T12:00:00Z", reason="first model")
    deployment.decide(
        *("Deployment Failed", "2024-10-10T13:30:00Z"),
        package_arn=f"{first[:-1]}2",
        stage="staging",
        error="ForecastError",
        cause="mean: got 7 minutes, expected 30",
    )
    deployment.decide(
        *("Bake Checked", "2024-10-10T13:50:00Z"),
        package_version=3,
        replaced_version=1,
        verdict="rolled back",
        ratio=1.81,
        low=1.2,
        windows=6,
        job="evergreen-bake-v3-20241010T134500Z",
    )
    deployment.decide("Retraining Skipped", "2024-10-10T14:00:00Z", reason="cooldown")
    return deployment


def test_history_lists_models_and_retrainings(with_history, capsys):
    assert main(["history"], with_history.connect) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    measured = "deepar 2024-10-10 13:00 0.1100 0.2000 0.1500"
    assert f"1 {measured} Approved 2024-10-10 13:01 2024-10-10 13:04" in lines
    assert f"2 {measured} PendingManualApproval – –" in lines
    assert "2024-10-10 12:00 started first model" in lines
    assert "2024-10-10 14:00 skipped cooldown" in lines
    baked = "model 3 after model 1 rolled back 1.81 times its loss in 6 windows"
    assert f"2024-10-10 13:50 {baked}" in lines
    assert "2024-10-10 13:30 staging 2 mean: got 7 minutes, expected 30" in lines


def test_verdict_of_a_repeated_comparison_is_the_first_one(deployment, capsys):
    """After the rollback, the repeated event finds that production serves another version."""
    for minute, verdict in ((50, "rolled back"), (55, "superseded")):
        deployment.decide(
            *("Bake Checked", f"2024-10-10T13:{minute}:00Z"),
            package_version=3,
            replaced_version=1,
            verdict=verdict,
            ratio=1.81,
            windows=6,
            job="evergreen-bake-v3-20241010T134500Z",
        )
    assert main(["history", "--json"], deployment.connect) == 0
    [check] = json.loads(capsys.readouterr().out)["bake_checks"]
    assert (check["time"], check["verdict"]) == ("2024-10-10T13:50:00Z", "rolled back")


def test_history_lists_rejected_data_once(deployment, capsys):
    rejected = {"execution_arn": "arn:training/execution/1", "reason": "gap_minutes is 200"}
    for event_id in ("first", "retried"):
        deployment.decide("Training Data Rejected", "2024-10-10T12:00:00Z", event_id, **rejected)
    assert main(["history"], deployment.connect) == 0
    assert capsys.readouterr().out.count("2024-10-10 12:00  gap_minutes is 200") == 1
    assert main(["history", "--json"], deployment.connect) == 0
    (rejection,) = json.loads(capsys.readouterr().out)["rejections"]
    assert rejection == rejected | {"time": "2024-10-10T12:00:00Z"}


def test_history_shows_why_a_training_failed_and_what_follows(deployment, capsys):
    arn = "arn:training/execution/1"
    started = {"reason": "schedule", "execution_arn": arn}
    deployment.decide("Retraining Started", "2024-10-10T12:00:00Z", **started)
    failed = {"execution_arn": arn, "reason": "RejectData: too few", "next": "no more retries"}
    deployment.decide("Training Failed", "2024-10-10T12:05:00Z", **failed)
    assert main(["history"], deployment.connect) == 0
    assert "schedule  RejectData: too few; no more retries" in capsys.readouterr().out


def test_json_has_the_newest_entries(with_history, capsys):
    assert main(["history", "--json", "--limit", "1"], with_history.connect) == 0
    document = json.loads(capsys.readouterr().out)
    assert [model["version"] for model in document["models"]] == [2]
    assert [item["outcome"] for item in document["retrains"]] == ["skipped"]
    assert document["alarms"] == []


@pytest.mark.parametrize("limit", ["0", "-1", "many"])
def test_history_rejects_an_invalid_limit(limit, capsys):
    assert main(["history", f"--limit={limit}"]) == 2
    assert f"--limit: got {limit!r}, expected a number above 0" in capsys.readouterr().err


def test_history_of_a_new_deployment_is_empty(deployment, capsys):
    assert main(["history", "--prefix", "evergreen"], deployment.connect) == 0
    assert capsys.readouterr().out.count("none yet") == 6


def test_second_versions_are_listed(deployment, capsys):
    deployment.decide(
        *("Variants Changed", "2024-10-10T13:50:00Z"),
        package_version=4,
        stage="production",
        variants={"kind": "split", "weight": 0.2},
        approval={"by": "somebody", "comment": "a test"},
    )
    assert main(["history"], deployment.connect) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "2024-10-10 13:50 split model 4 a test" in lines


def test_version_that_failed_before_its_traffic_is_resolved_by_one_that_serves():
    def event(kind, stage):
        return {"detail-type": kind, "time": "t", "detail": {"stage": stage}}

    failed = event("Deployment Failed", "pre-traffic")
    assert [row["stage"] for row in unresolved_deployments([failed])] == ["pre-traffic"]
    assert unresolved_deployments([failed, event("Model Deployed", "staging")]) != []
    assert unresolved_deployments([failed, event("Model Deployed", "production")]) == []


def test_rejected_version_is_no_deployment_that_needs_a_person():
    def failed(error):
        detail = {"stage": "production", "error": error, "cause": "worse"}
        return {"detail-type": "Deployment Failed", "time": "t", "detail": detail}

    assert unresolved_deployments([failed("ApprovalRejected")]) == []
    (row,) = unresolved_deployments([failed("EndpointFailed"), failed("ApprovalRejected")])
    assert row["error"] == "EndpointFailed"
