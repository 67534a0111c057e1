"""The trigger against SSM (moto) and a pipeline, a bus and an alarm in memory."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from moto import mock_aws

from common import times
from retrain_trigger import guards, handler
from sagemaker_pipelines.training import parameters
from tests.support.training_loop import (
    ALARM,
    ARN,
    CHECK,
    CODE,
    DRIFT,
    MANUAL,
    NOW,
    PACKAGE,
    SCHEDULE,
    SETTINGS,
    UPLOAD,
    Loop,
    failed,
)

HYPERPARAMETERS = {
    "context_length": "60",
    "prediction_length": "30",
    "epochs": "40",
    "learning_rate": "0.005",
    "mini_batch_size": "32",
    "num_cells": "40",
    "num_layers": "2",
    "dropout_rate": "0.1",
    "likelihood": "student-T",
    "early_stopping_patience": "10",
}


RESULT = {
    "time": "2024-10-10T12:00:00Z",
    "package_arn": PACKAGE["ModelPackageArn"],
    "breach": True,
    "relative_loss": 1.5,
    "threshold": 1.2,
    "windows": [],
}


@pytest.fixture
def loop(monkeypatch):
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        ssm = handler.ssm
        policy = {"cooldown_hours": "6", "daily_cap": "3"}
        values = {f"training/hyperparameters/{k}": v for k, v in HYPERPARAMETERS.items()}
        for name, value in (
            values | {f"quality/policy/{k}": v for k, v in policy.items()}
        ).items():
            ssm.put_parameter(Name=f"/test/{name}", Value=value, Type="String")
        version = {"value": 1.0, "set_by": PACKAGE["ModelPackageArn"]}
        name = "/test/quality/threshold"
        ssm.put_parameter(Name=name, Value=json.dumps(version), Type="String")
        yield Loop()


@pytest.mark.parametrize("event", [ALARM, SCHEDULE, MANUAL], ids=["alarm", "schedule", "person"])
def test_redelivered_event_starts_one_training(loop, event):
    first, second = loop.deliver(event), loop.deliver(event)
    assert first == second
    assert first["started"]
    assert len(loop.started) == 1
    assert set(loop.detail_types()) == {"Retraining Started"}


def test_redelivery_after_the_training_ended_starts_nothing(loop):
    loop.deliver(MANUAL)
    loop.executions[0]["PipelineExecutionStatus"] = "Succeeded"
    loop.deliver(MANUAL)
    assert len(loop.started) == 1


def test_redelivery_after_a_crash_records_the_training_that_was_started(loop):
    loop.failed = 1
    with pytest.raises(RuntimeError, match="Retraining Started"):
        loop.deliver(ALARM)
    loop.failed = 0
    assert loop.deliver(ALARM)["started"]
    assert (len(loop.started), loop.detail_types()) == (1, ["Retraining Started"])


def test_training_receives_time_reason_and_every_hyperparameter(loop):
    loop.deliver(ALARM)
    (request,) = loop.started
    passed = {item["Name"]: item["Value"] for item in request["PipelineParameters"]}
    assert passed.pop("EndTime") == "2024-10-10T12:00:00Z"
    assert passed.pop("Trigger") == "alarm"
    assert passed.pop("Reason").startswith(
        "alarm test-production-loss: Threshold Crossed: 2 out of"
    )
    assert set(passed) == {
        "ContextLength",
        "PredictionLength",
        "Epochs",
        "LearningRate",
        "MiniBatchSize",
        "NumCells",
        "NumLayers",
        "DropoutRate",
        "Likelihood",
        "EarlyStoppingPatience",
    }
    assert passed["LearningRate"] == "0.005"
    assert len(request["ClientRequestToken"]) >= 32


def test_pipeline_has_every_parameter_that_is_passed(loop):
    loop.deliver(MANUAL)
    passed = {item["Name"] for item in loop.started[0]["PipelineParameters"]}
    assert passed <= {parameter.name for parameter in parameters.ALL}


@pytest.mark.parametrize("status", ["Executing", "Stopping"])
@pytest.mark.parametrize("event", [ALARM, MANUAL], ids=["alarm", "person"])
def test_no_request_starts_a_second_concurrent_training(loop, event, status):
    loop.add_execution(10, status)
    response = loop.deliver(event)
    assert response == {
        "started": False,
        "execution_arn": None,
        "reason": "a training is running",
    }
    assert (loop.started, loop.detail_types()) == ([], ["Retraining Skipped"])


def test_running_training_on_a_later_page_is_found(loop):
    for hours in (8, 9, 10):
        loop.add_execution(hours)
    loop.add_execution(11, "Executing")
    assert not loop.deliver(MANUAL)["started"]


@pytest.mark.parametrize(
    ("hours", "starts"), [(5.9, False), (6, True), (-0.1, False)], ids=["within", "over", "future"]
)
def test_cooldown_counts_from_the_last_start_by_event_time(loop, hours, starts):
    loop.add_execution(hours)
    assert loop.deliver(ALARM)["started"] is starts


@pytest.mark.parametrize(("oldest", "starts"), [(23.9, False), (24, True)])
def test_no_more_than_the_cap_within_a_day(loop, oldest, starts):
    for hours in (7, 13, oldest):
        loop.add_execution(hours)
    assert loop.deliver(SCHEDULE)["started"] is starts


def test_check_does_nothing_unless_the_alarm_is_in_alarm(loop):
    expected = "the alarm is not in ALARM and a model serves production"
    assert loop.deliver(CHECK)["reason"] == expected
    assert (loop.started, loop.detail_types()) == ([], [])


def test_first_check_after_the_cooldown_starts_a_training_if_the_alarm_persists(loop):
    loop.in_alarm = True
    loop.add_execution(5.5)
    assert not loop.deliver(ALARM)["started"]
    assert not loop.deliver(CHECK)["started"]
    assert loop.detail_types() == ["Retraining Skipped"]
    loop.executions.clear()
    loop.add_execution(6.5)
    first, again = loop.deliver(CHECK), loop.deliver(CHECK)
    assert first == again
    assert first["started"]
    assert first["reason"].startswith("alarm test-production-loss: Threshold Crossed")
    assert len(loop.started) == 1


def test_manual_request_ignores_cooldown_and_cap(loop):
    for hours in (1, 2, 3):
        loop.add_execution(hours)
    assert loop.deliver(MANUAL)["started"]


def test_skipped_retraining_is_recorded_with_its_reason(loop):
    loop.add_execution(1)
    loop.deliver(SCHEDULE)
    detail = json.loads(loop.decisions[0]["Detail"])
    assert detail["version"] == "1"
    assert "less than 6 hours ago" in detail["reason"]


def test_event_of_another_source_is_invalid(loop):
    with pytest.raises(ValueError, match=r"aws\.ec2"):
        loop.deliver({**ALARM, "source": "aws.ec2"})


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (UPLOAD, "data uploaded: training-data/a.csv"),
        (CODE, "code changed: 1a2b3c"),
        (DRIFT, "drift: avg_fee_1min and prediction"),
        (SCHEDULE, "schedule"),
    ],
    ids=["upload", "code", "drift", "schedule"],
)
def test_every_kind_of_request_starts_a_training_with_its_reason(loop, event, reason):
    assert loop.deliver(event)["started"]
    assert json.loads(loop.decisions[0]["Detail"])["reason"] == reason


def test_file_whose_request_was_refused_is_trained_on_by_a_later_check(loop):
    loop.add_execution(hours_ago=1)
    loop.uploads["training-data/a.csv"] = NOW - timedelta(minutes=10)
    assert not loop.deliver(UPLOAD)["started"]  # within the cooldown
    assert loop.deliver(CHECK)["reason"].startswith("the last training started at")
    loop.executions[0]["StartTime"] -= timedelta(hours=9)
    assert loop.deliver(CHECK)["started"]
    reasons = [json.loads(entry["Detail"])["reason"] for entry in loop.decisions]
    assert reasons[-1] == "data uploaded: training-data/a.csv"


def test_file_that_a_training_has_read_requests_no_other_one(loop):
    loop.add_execution(hours_ago=12)
    loop.uploads["training-data/a.csv"] = NOW - timedelta(hours=13)
    assert not loop.deliver(CHECK)["started"]


def test_first_model_is_trained_as_soon_as_the_history_suffices(loop):
    loop.versions = []
    needed = [f"2024-10-10T04:{minute:02}:00Z" for minute in range(25, 55)]
    loop.missing_rows = set(needed)
    assert loop.deliver(CHECK)["reason"] == "the newest 450 minutes have 420 rows"
    assert loop.decisions == []

    loop.missing_rows = set()
    assert loop.deliver(CHECK)["started"]
    assert json.loads(loop.decisions[0]["Detail"])["reason"] == "first model"


@pytest.mark.parametrize("fee", ["nan", "inf", "-inf", "text", ""])
def test_rows_without_a_fee_are_not_history(loop, fee):
    loop.versions, loop.fee = [], fee
    assert loop.deliver(CHECK)["reason"] == "the newest 450 minutes have 0 rows"


@pytest.mark.parametrize(
    "result", [{}, [], None, RESULT | {"breach_since": 5}, RESULT | {"windows": [{}]}]
)
def test_odd_monitoring_result_stops_no_training(loop, result):
    loop.in_alarm = True
    loop.results = {
        f"monitoring/production/2024/10/10/12/production-{RESULT['time']}.json": result
    }
    assert loop.deliver(ALARM)["started"]


@pytest.mark.parametrize("evaluation", [{}, [], {"windows": []}, {"windows": [{"wql": 1}]}])
def test_odd_evaluation_of_the_reference_is_named(loop, evaluation):
    loop.candidate, loop.evaluation = "reference", evaluation
    with pytest.raises(ValueError, match=r"evaluation.json of arn:.*/1: got .* a list of windows"):
        loop.deliver(CHECK)


def test_reference_in_production_is_challenged_when_candidates_can_be_trained(loop):
    loop.candidate = "reference"
    loop.evaluation = {"windows": [{"first_minute": times.iso(NOW - timedelta(minutes=440))}]}
    loop.add_execution(4.5)
    refusal = loop.deliver(CHECK)["reason"]
    assert refusal.startswith("not before 2024-10-10T12:10:00Z: until then, candidates cannot")

    loop.evaluation = {"windows": [{"first_minute": times.iso(NOW - timedelta(minutes=450))}]}
    assert loop.deliver(CHECK)["reason"] == "the reference serves production"


def test_breach_is_answered_when_all_judged_windows_are_after_its_beginning(loop):
    loop.in_alarm = True
    hour = NOW - timedelta(hours=1)
    since, newest = (
        f"monitoring/production/{t:%Y/%m/%d/%H}/production-{times.iso(t)}.json"
        for t in (hour, NOW)
    )
    first = {"first_minute": times.iso(NOW - timedelta(minutes=149))}
    loop.results = {
        since: RESULT | {"breach_since": None, "windows": [first]},
        newest: RESULT | {"breach_since": times.iso(hour)},
    }
    refusal = loop.deliver(CHECK)["reason"]
    assert refusal.startswith("not before 2024-10-10T12:01:00Z: until then, judged windows")
    assert not loop.deliver(ALARM)["started"]

    first["first_minute"] = times.iso(NOW - timedelta(minutes=150))
    assert loop.deliver(CHECK)["started"]


@pytest.mark.parametrize(
    ("ages", "starts"),
    [([0.2], False), ([0.25], True), ([0.4, 3], False), ([0.5, 3], True)],
)
def test_failed_training_is_retried_with_back_off(loop, ages, starts):
    for number, age in enumerate(ages):
        loop.add_execution(age, "Failed", f"failed-{number}")
    assert loop.deliver(SCHEDULE)["started"] is starts


def test_training_that_failed_too_often_is_tried_once_a_day(loop):
    for number in range(4):
        loop.add_execution(23.9 + number, "Failed", f"failed-{number}")
    assert "4 trainings in a row have failed" in loop.deliver(SCHEDULE)["reason"]
    assert loop.deliver(MANUAL)["started"]


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("training_image", "evil/image:1", "training_image: got 'evil/image:1', expected no "),
        ("TrainingImage", "evil/image:1", "TrainingImage: got 'evil/image:1', expected no "),
        ("role_arn", ARN, "role_arn: got "),
        ("end_time", "2030-01-01T00:00:00Z", "end_time: got "),
        ("candidates", "ets", "candidates: got 'ets', expected no setting of this name"),
        ("num_cells", "1000000", "num_cells: got '1000000', expected an integer from 1 to 1024"),
        ("epochs", "nan", "epochs: got 'nan', expected an integer from 1 to 10000"),
        ("learning_rate", "inf", "learning_rate: got 'inf', expected a number from 1e-06 to 1"),
        (
            "likelihood",
            "beta",
            "likelihood: got 'beta', expected student-T, gaussian or negative-",
        ),
    ],
)
def test_other_parameters_and_ranges_are_refused_before_training(loop, name, value, reason):
    path = f"/test/training/hyperparameters/{name}"
    handler.ssm.put_parameter(Name=path, Value=value, Type="String", Overwrite=True)
    assert not loop.deliver(MANUAL)["started"]
    assert loop.started == []
    detail = json.loads(loop.decisions[0]["Detail"])
    assert detail["reason"].startswith(reason)


def put(name, value):
    path = f"/test/training/hyperparameters/{name}"
    handler.ssm.put_parameter(Name=path, Value=value, Type="String", Overwrite=True)


def test_refused_hyperparameters_are_marked_for_the_notification_and_corrected_ones_used(loop):
    put("learning_rate", "abc")
    loop.deliver(ALARM)
    [decision] = loop.decisions
    detail = json.loads(decision["Detail"])
    assert decision["DetailType"] == "Retraining Skipped"
    assert detail["reason"] == "learning_rate: got 'abc', expected a number from 1e-06 to 1"
    assert detail["invalid"] == "hyperparameters"
    assert "evergreen hyperparameters set" in detail["next"]

    put("learning_rate", "0.01")
    assert loop.deliver(MANUAL)["started"]
    passed = {item["Name"]: item["Value"] for item in loop.started[0]["PipelineParameters"]}
    assert passed["LearningRate"] == "0.01"


def test_other_refusals_are_not_for_a_person(loop):
    loop.add_execution(1)
    loop.deliver(SCHEDULE)
    assert "invalid" not in json.loads(loop.decisions[0]["Detail"])


@pytest.mark.parametrize(
    ("minutes", "reported"), [(1, 1), (15, 1), (17, 0), (1439, 0), (1441, 1), (1470, 0)]
)
def test_check_reports_bad_hyperparameters_after_their_change_and_then_daily(
    loop, minutes, reported
):
    put("epochs", "0")
    changed = datetime.now(UTC) + timedelta(minutes=minutes)  # moto's clock is the real one
    assert not loop.deliver({**CHECK, "time": times.iso(changed)})["started"]
    assert loop.detail_types() == ["Retraining Skipped"] * reported


def test_check_that_is_due_starts_nothing_with_bad_hyperparameters(loop):
    loop.in_alarm = True
    put("epochs", "0")
    response = loop.deliver(CHECK)
    assert (response["started"], loop.started) == (False, [])
    assert response["reason"] == "epochs: got '0', expected an integer from 1 to 10000"


def test_parameters_are_passed_as_they_were_understood(loop):
    path = "/test/training/hyperparameters"
    for name, value in {"num_cells": " 4_0", "learning_rate": "1E-3"}.items():
        handler.ssm.put_parameter(
            Name=f"{path}/{name}", Value=value, Type="String", Overwrite=True
        )
    handler.ssm.delete_parameter(Name=f"{path}/epochs")  # the pipeline has a default
    loop.deliver(MANUAL)
    passed = {item["Name"]: item["Value"] for item in loop.started[0]["PipelineParameters"]}
    assert (passed["NumCells"], passed["LearningRate"]) == ("40", "0.001")
    assert "Epochs" not in passed


@pytest.mark.parametrize("event", [CHECK, MANUAL], ids=["check", "person"])
def test_bad_policy_fails_every_request(loop, event):
    name = "/test/quality/policy/cooldown_hours"
    handler.ssm.put_parameter(Name=name, Value="1e9", Type="String", Overwrite=True)
    with pytest.raises(guards.PolicyError, match="cooldown_hours: got '1e9'"):
        loop.deliver(event)


def test_contradicting_horizon_is_refused_before_training(loop):
    handler.ssm.put_parameter(
        Name="/test/training/hyperparameters/prediction_length", Value="7", Overwrite=True
    )
    assert not loop.deliver(MANUAL)["started"]
    detail = json.loads(loop.decisions[0]["Detail"])
    assert detail["reason"] == "prediction_length: got 7, expected 30, the system's horizon"
    assert loop.started == []


@pytest.mark.parametrize(
    ("hours", "event", "starts"),
    [(5.9, ALARM, False), (5.9, CHECK, False), (6, CHECK, True), (0.1, MANUAL, True)],
    ids=["alarm", "check", "later", "person"],
)
def test_stopped_training_is_not_retried_before_the_cooldown(loop, hours, event, starts):
    loop.in_alarm = True
    loop.add_execution(hours, "Stopped")
    assert loop.deliver(event)["started"] is starts


def test_stopped_training_ends_a_series_of_failures(loop):
    for hours, status in ((7, "Stopped"), (7.1, "Failed")):
        loop.add_execution(hours, status, f"training-{hours}")
    assert loop.deliver(SCHEDULE)["started"]


def in_breach(loop):
    loop.in_alarm = True


def with_reference(loop):
    loop.candidate = "reference"
    loop.evaluation = {"windows": [{"first_minute": times.iso(NOW - timedelta(minutes=450))}]}


@pytest.mark.parametrize("situation", [in_breach, with_reference])
@pytest.mark.parametrize(
    ("approval", "deployments", "reason"),
    [
        ("PendingManualApproval", [], "version 2 waits for approval"),
        ("Approved", ["model-2-1a2b"], "the deployment model-2-1a2b has not ended"),
        ("Approved", [], None),
        ("Rejected", [], None),
    ],
    ids=["pending", "in deployment", "deployed", "rejected"],
)
def test_attempts_wait_until_the_newest_version_is_decided_on(
    loop, situation, approval, deployments, reason
):
    situation(loop)
    loop.versions.append(NOW - timedelta(hours=6))
    loop.approval, loop.deployments = approval, deployments
    response = loop.deliver(CHECK)
    assert response["started"] is (reason is None)
    if reason:
        assert response["reason"] == reason
        assert loop.deliver(MANUAL)["started"]


def test_alarm_that_waits_for_an_approval_is_recorded(loop):
    loop.approval = "PendingManualApproval"
    loop.deliver(ALARM)
    (decision,) = loop.decisions
    assert decision["DetailType"] == "Retraining Skipped"
    assert json.loads(decision["Detail"])["reason"] == "version 1 waits for approval"


def followed(loop, execution):
    """Deliver the event of a failure; return the detail of the decision that is recorded."""
    loop.deliver(failed(execution))
    assert loop.detail_types() == ["Training Failed"]
    return json.loads(loop.decisions[0]["Detail"])


def test_failed_training_is_recorded_with_its_cause_and_what_follows(loop):
    execution = loop.add_execution(0.1, "Failed")
    assert followed(loop, execution) == {
        "version": "1",
        "execution_arn": execution["PipelineExecutionArn"],
        "reason": "TrainDeepar: ClientError: no capacity",
        "next": "retry 1 of 3 after a failed training follows, not before 2024-10-10T12:09:00Z",
    }


def test_record_of_a_training_that_failed_before_it_read_data_has_what_is_known(loop):
    execution = loop.add_execution(0.1, "Failed", "first")
    followed(loop, execution)
    (key, record), *_ = loop.records.items()
    assert key == "experiments/first/run.json"
    assert record["execution_arn"] == execution["PipelineExecutionArn"]
    assert (record["time"], record["reason"]) == ("2024-10-10T11:00:00Z", "a test")
    assert (record["outcome"], record["trigger"]) == ("failed", "unknown")
    assert record["failure"] == "TrainDeepar: ClientError: no capacity"


@pytest.mark.parametrize(
    ("begun", "outcome", "failure"),
    [
        ("new version", "failed", "TrainDeepar: ClientError: no capacity"),
        ("data rejected", "data rejected", "too few minutes"),
    ],
)
def test_failure_completes_the_record_once(loop, begun, outcome, failure):
    execution = loop.add_execution(0.1, "Failed", "first")
    arn = execution["PipelineExecutionArn"]
    known = {"execution_id": "first", "execution_arn": arn, "time": "t", "trigger": "alarm"}
    about = {"reason": "r", "data": {"minutes": 7}, "failure": "too few minutes"}
    loop.records["experiments/first/run.json"] = {**known, **about, "outcome": begun}
    loop.deliver(failed(execution))
    first = loop.records["experiments/first/run.json"]
    assert (first["outcome"], first["failure"]) == (outcome, failure)
    assert (first["data"], first["trigger"]) == ({"minutes": 7}, "alarm")
    loop.deliver(failed(execution))
    assert loop.records == {"experiments/first/run.json": first}


def test_cause_of_a_failed_processing_step_is_its_exit_message(loop):
    job = {"ProcessingJob": {"Arn": f"{ARN}:processing-job/pipelines-abc-Evaluate-1"}}
    about = {"StepStatus": "Failed", "FailureReason": "AlgorithmError: exit code: 1"}
    loop.failed_steps = [{"StepName": "Evaluate", "Metadata": job, **about}]
    loop.exit_message = "offline store: got no rows"
    execution = loop.add_execution(0.1, "Failed")
    assert followed(loop, execution)["reason"] == "Evaluate: offline store: got no rows"


def test_cause_of_a_step_without_exit_message_is_the_failure_reason(loop):
    job = {"ProcessingJob": {"Arn": f"{ARN}:processing-job/pipelines-abc-Evaluate-1"}}
    about = {"StepStatus": "Failed", "FailureReason": "ClientError: no image"}
    loop.failed_steps = [{"StepName": "Evaluate", "Metadata": job, **about}]
    execution = loop.add_execution(0.1, "Failed")
    assert followed(loop, execution)["reason"] == "Evaluate: ClientError: no image"


@pytest.mark.parametrize(
    ("in_alarm", "expected"),
    [
        (False, "4 trainings in a row have failed: no more retries follow"),
        (True, "4 trainings in a row have failed: no more retries follow, only one attempt a day"),
    ],
)
def test_person_is_told_after_the_last_retry(loop, in_alarm, expected):
    newest, *_ = [loop.add_execution(hours, "Failed", f"failed-{hours}") for hours in range(1, 5)]
    loop.in_alarm = in_alarm
    loop.add_execution(0.5, "Executing", "started since")
    assert followed(loop, newest)["next"].startswith(expected)


def test_failure_of_a_training_that_a_person_requested_is_not_retried(loop):
    execution = loop.add_execution(0.5, "Failed", "manual-1")
    assert followed(loop, execution)["next"].startswith("no retry follows, because a person")
    assert not loop.deliver(CHECK)["started"]


@pytest.mark.parametrize(
    ("failures", "age", "starts"),
    [(1, 0.2, False), (1, 0.3, True), (2, 0.6, True), (4, 30, False)],
)
def test_check_retries_a_failed_training_of_any_rule(loop, failures, age, starts):
    for number in range(failures):
        loop.add_execution(age + number, "Failed", f"failed-{number}")
    response = loop.deliver(CHECK)
    assert response["started"] is starts
    assert not starts or response["reason"] == "retry of a failed training"
