from datetime import UTC, datetime

import pytest
from botocore.stub import Stubber

from cli.aws import pages
from cli.main import main
from cli.queries.alarms import alarm_changes
from cli.queries.decisions import decisions, retrains
from cli.queries.models import models, scores
from cli.queries.monitoring import monitoring_results
from cli.queries.services import poller


def test_model_has_its_tournament_and_deployments(deployment):
    arn = deployment.package("Approved")
    deployment.decide("Model Deployed", "2024-10-10T13:01:00Z", package_arn=arn, stage="staging")
    deployment.decide(
        "Model Deployed", "2024-10-10T13:02:00Z", package_arn=arn, stage="production"
    )
    deployment.decide(
        "Model Deployed", "2024-10-10T15:02:00Z", package_arn=arn, stage="production"
    )  # again, after a rollback
    (model,) = models(deployment.connection, decisions(deployment.connection))
    assert model["version"] == 1
    assert model["package_arn"] == arn
    assert model["trained_at"] == "2024-10-10T13:00:00Z"
    others = {"reference_wql": 0.2, "naive_wql": 0.24, "champion_wql": 0.15}
    assert model["candidates"] == [
        {"name": "deepar", "wql": 0.11, **others},
        {"name": "ets", "wql": 0.3, **others},
    ]
    assert scores(model) == model["candidates"][0]
    assert (model["algorithm"], model["candidate"], model["windows"]) == ("deepar", "deepar", 1)
    assert model["verdict"] == "deepar beats the reference"
    assert model["approval"] == "Approved"
    assert model["staging_at"] == "2024-10-10T13:01:00Z"
    assert model["production_at"] == "2024-10-10T15:02:00Z"
    assert model["production_times"] == ["2024-10-10T13:02:00Z", "2024-10-10T15:02:00Z"]


def test_model_with_expired_evaluation_is_listed(deployment):
    deployment.package(evaluation=None)
    (model,) = models(deployment.connection, decisions(deployment.connection))
    assert model["candidates"] == []
    assert scores(model)["wql"] is None
    assert model["trained_at"]
    assert model["approved_at"] is None


def test_decisions_are_ordered_and_distinct(deployment):
    deployment.decide("Retraining Skipped", "2024-10-10T14:00:00Z", "b", reason="running")
    deployment.decide("Retraining Started", "2024-10-10T13:00:00Z", "a", reason="alarm")
    deployment.decide("Retraining Started", "2024-10-10T13:00:00Z", "a", reason="alarm")
    kinds = [event["detail-type"] for event in decisions(deployment.connection)]
    assert kinds == ["Retraining Started", "Retraining Skipped"]


def test_retraining_has_the_result_of_its_execution(deployment):
    failed = deployment.execution(
        PipelineExecutionStatus="Failed", PipelineExecutionFailureReason="loss over limit"
    )
    arn = failed["PipelineExecutionArn"]
    deployment.decide(
        "Retraining Started", "2024-10-10T13:00:00Z", reason="alarm", execution_arn=arn
    )
    deployment.decide("Retraining Skipped", "2024-10-10T14:00:00Z", reason="epochs", next="set it")
    with Stubber(deployment.clients("sagemaker")) as stub:
        stub.add_response("list_pipeline_executions", {"PipelineExecutionSummaries": [failed]})
        started, skipped = retrains(deployment.connection, decisions(deployment.connection))
    assert (started["outcome"], started["failure"]) == ("failed", "loss over limit")
    assert started["execution_arn"] == arn
    assert (skipped["outcome"], skipped["execution_arn"]) == ("skipped", None)
    assert (started["next"], skipped["next"]) == (None, "set it")


def test_redelivered_request_is_one_retraining(deployment):
    for event_id in ("a", "b"):
        deployment.decide(
            "Retraining Skipped", "2024-10-10T14:00:00Z", event_id, reason="x", request_id="r"
        )
    assert len(retrains(deployment.connection, decisions(deployment.connection))) == 1


def test_monitoring_results_are_in_order_and_the_newest_can_be_read_alone(deployment):
    for hour in ("15", "13", "14"):
        time = f"2024-10-10T{hour}:00:00Z"
        deployment.write(
            f"monitoring/production/2024/10/10/{hour}/production-{time}.json", {"time": time}
        )
    hours = [item["time"][11:13] for item in monitoring_results(deployment.connection)]
    assert hours == ["13", "14", "15"]
    (newest,) = monitoring_results(deployment.connection, last=1)
    assert newest["time"] == "2024-10-10T15:00:00Z"
    assert monitoring_results(deployment.connection, "staging") == []


def test_objects_that_are_no_monitoring_results_are_left_out(deployment, capsys):
    folder = "monitoring/production/2024/10/10/13"
    for number, document in enumerate([[], {}, 5, {"time": "2024-10-10T13:00:00Z"}]):
        deployment.write(f"{folder}/{number}.json", document)
    assert len(monitoring_results(deployment.connection)) == 1
    assert capsys.readouterr().err.count("is no monitoring result") == 3


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
        changes = alarm_changes(deployment.connection)
    assert [(item["time"], item["state"]) for item in changes] == [
        ("2024-10-10T13:00:00Z", "ALARM"),
        ("2024-10-10T14:00:00Z", "OK"),
    ]


COMMANDS = [
    ["status"],
    ["approve"],
    ["reject"],
    ["retrain"],
    ["history"],
    ["minutes"],
    *[[name, "--from", "2024-10-10", "--to", "2024-10-11"] for name in ("audit", "replay")],
    ["backfill", "--from", "2024-10-10", "--to", "2024-10-11"],
    ["env"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_prefix_without_deployment_is_the_same_error_in_every_command(deployment, capsys, command):
    assert main([*command, "--prefix", "nope"], deployment.connect) == 1
    assert capsys.readouterr().err.splitlines()[-1] == (
        "evergreen: no Evergreen deployment named nope in 123456789012/eu-west-1: /nope/outputs "
        "does not exist"
    )


def test_names_of_another_version_are_rejected(deployment, capsys):
    deployment.parameter("outputs", "{}")
    assert main(["status"], deployment.connect) == 1
    assert "/evergreen/outputs has no 'account_id'" in capsys.readouterr().err


def test_poller_that_does_not_exist_is_none(deployment):
    assert poller(deployment.connection) is None


def test_access_denied_is_not_a_missing_resource(deployment):
    with Stubber(deployment.clients("sagemaker")) as stub:
        stub.add_client_error("list_model_packages", "AccessDeniedException", "no")
        with pytest.raises(deployment.clients("sagemaker").exceptions.ClientError):
            models(deployment.connection, decisions(deployment.connection))


def test_pages_are_followed_to_the_end(deployment):
    ssm = deployment.clients("ssm")
    for n in range(12):
        deployment.parameter(f"many/{n}", "x")
    found = pages(ssm, "get_parameters_by_path", "Parameters", Path="/evergreen/many")
    assert len(list(found)) == 12
