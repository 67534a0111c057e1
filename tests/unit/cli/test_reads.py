from datetime import UTC, datetime

import pytest
from botocore.stub import Stubber

from cli import reads
from cli.reads.aws import pages
from cli.reads.running import poller, training

PREFIX = "evergreen"


def test_a_model_has_its_backtest_and_where_it_went(deployment):
    arn = deployment.package("Approved")
    deployment.decide("Model Deployed", "2024-10-10T13:01:00Z", package_arn=arn, stage="staging")
    deployment.decide(
        "Model Deployed", "2024-10-10T13:02:00Z", package_arn=arn, stage="production"
    )
    (model,) = reads.models(deployment.clients, PREFIX)
    assert model["version"] == 1
    assert model["package_arn"] == arn
    assert model["trained_at"] == "2024-10-10T13:00:00Z"
    assert model["backtest"] == {
        "windows": 24,
        "wql": 0.11,
        "naive_wql": 0.24,
        "limit": 0.2,
        "threshold": 0.15,
    }
    assert model["approval"] == "Approved"
    assert model["staging_at"] == "2024-10-10T13:01:00Z"
    assert model["production_at"] == "2024-10-10T13:02:00Z"


def test_a_model_whose_evaluation_has_expired_still_shows(deployment):
    deployment.package(evaluation=None)
    (model,) = reads.models(deployment.clients, PREFIX)
    assert model["backtest"]["wql"] is None
    assert model["trained_at"]
    assert model["approved_at"] is None


def test_decisions_are_in_order_and_each_once(deployment):
    deployment.decide("Retraining Skipped", "2024-10-10T14:00:00Z", "b", reason="running")
    deployment.decide("Retraining Started", "2024-10-10T13:00:00Z", "a", reason="alarm")
    deployment.decide("Retraining Started", "2024-10-10T13:00:00Z", "a", reason="alarm")
    kinds = [event["detail-type"] for event in reads.decisions(deployment.clients, PREFIX)]
    assert kinds == ["Retraining Started", "Retraining Skipped"]


def test_a_retraining_ends_as_its_execution_did(deployment):
    failed = deployment.execution(
        PipelineExecutionStatus="Failed", PipelineExecutionFailureReason="loss over limit"
    )
    arn = failed["PipelineExecutionArn"]
    deployment.decide(
        "Retraining Started", "2024-10-10T13:00:00Z", reason="alarm", execution_arn=arn
    )
    deployment.decide("Retraining Skipped", "2024-10-10T14:00:00Z", reason="running")
    with Stubber(deployment.clients("sagemaker")) as stub:
        stub.add_response("list_pipeline_executions", {"PipelineExecutionSummaries": [failed]})
        started, skipped = reads.retrains(deployment.clients, PREFIX)
    assert (started["outcome"], started["failure"]) == ("failed", "loss over limit")
    assert started["execution_arn"] == arn
    assert (skipped["outcome"], skipped["execution_arn"]) == ("skipped", None)


def test_a_request_that_was_delivered_twice_is_one_retraining(deployment):
    for event_id in ("a", "b"):
        deployment.decide(
            "Retraining Skipped", "2024-10-10T14:00:00Z", event_id, reason="x", request_id="r"
        )
    assert len(reads.retrains(deployment.clients, PREFIX)) == 1


def test_readings_are_in_order_and_the_newest_are_enough(deployment):
    for hour in ("15", "13", "14"):
        time = f"2024-10-10T{hour}:00:00Z"
        deployment.write(
            f"monitoring/production/2024/10/10/{hour}/production-{time}.json", {"time": time}
        )
    hours = [one["time"][11:13] for one in reads.readings(deployment.clients, PREFIX)]
    assert hours == ["13", "14", "15"]
    (newest,) = reads.readings(deployment.clients, PREFIX, last=1)
    assert newest["time"] == "2024-10-10T15:00:00Z"
    assert reads.readings(deployment.clients, PREFIX, "staging") == []


def test_alarm_changes_are_in_order_of_time(deployment):
    def change(hour, state):
        return {
            "Timestamp": datetime(2024, 10, 10, hour, tzinfo=UTC),
            "HistoryData": f'{{"newState": {{"stateValue": "{state}"}}}}',
        }

    alarm = {
        "AlarmName": "evergreen-production-loss",
        "StateValue": "OK",
        "StateUpdatedTimestamp": datetime(2024, 10, 10, 14, tzinfo=UTC),
    }
    with Stubber(deployment.clients("cloudwatch")) as stub:
        stub.add_response(
            "describe_alarms", {"MetricAlarms": [alarm]}, {"AlarmNamePrefix": "evergreen-"}
        )
        stub.add_response(
            "describe_alarm_history",
            {"AlarmHistoryItems": [change(14, "OK"), change(13, "ALARM")]},
            {"AlarmName": "evergreen-production-loss", "HistoryItemType": "StateUpdate"},
        )
        changes = reads.alarm_changes(deployment.clients, PREFIX)
    assert [(one["time"], one["state"]) for one in changes] == [
        ("2024-10-10T13:00:00Z", "ALARM"),
        ("2024-10-10T14:00:00Z", "OK"),
    ]


def test_what_was_never_made_reads_as_nothing(deployment):
    clients = deployment.clients
    assert reads.models(clients, "other") == []
    assert reads.decisions(clients, "other") == []
    assert reads.readings(clients, "other") == []
    assert poller(clients, "other") is None
    with Stubber(clients("sagemaker")) as stub:
        stub.add_client_error("list_pipeline_executions", "ResourceNotFound")
        assert training(clients, "other") is None


def test_a_refusal_is_not_taken_for_absence(deployment):
    with Stubber(deployment.clients("sagemaker")) as stub:
        stub.add_client_error("list_model_packages", "AccessDeniedException", "no")
        with pytest.raises(deployment.clients("sagemaker").exceptions.ClientError):
            reads.models(deployment.clients, PREFIX)


def test_pages_are_followed_to_the_end(deployment):
    ssm = deployment.clients("ssm")
    for n in range(12):
        deployment.parameter(f"many/{n}", "x")
    found = pages(ssm, "get_parameters_by_path", "Parameters", Path="/evergreen/many")
    assert len(list(found)) == 12
