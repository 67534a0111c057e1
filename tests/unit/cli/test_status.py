"""`evergreen status` as text and as JSON."""

import gzip
import json
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
from botocore.stub import Stubber

from cli.main import main
from tests.unit.cli.conftest import MACHINE

HOUR = datetime(2024, 10, 10, 13, tzinfo=UTC)
ARN = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/evergreen-models/4"
RESULT = {
    "stage": "production",
    "wql": 0.31,
    "reference_wql": 0.2,
    "naive_wql": 0.4,
    "relative_loss": 1.55,
    "threshold": 1.25,
    "breach": True,
    "windows": [],
}


def endpoint(stage, version):
    name = f"evergreen-{stage}"
    return {
        "EndpointName": name,
        "EndpointArn": f"arn:aws:sagemaker:eu-west-1:123456789012:endpoint/{name}",
        "EndpointConfigName": f"{name}-v{version}",
        "EndpointStatus": "InService",
        "CreationTime": HOUR,
        "LastModifiedTime": HOUR,
    }


def started():
    """Return a running deployment."""
    return {
        "executionArn": "arn:aws:states:eu-west-1:123456789012:execution:evergreen-deployment:6",
        "stateMachineArn": MACHINE,
        "name": "6",
        "status": "RUNNING",
        "startDate": HOUR,
    }


def events():
    """Return the events of the deployment, newest first."""
    names = ("WaitForStaging", "DeployStaging")
    return [
        {"timestamp": HOUR, "type": "WaitStateEntered", "id": 9 - n}
        | {"stateEnteredEventDetails": {"name": name}}
        for n, name in enumerate(names)
    ]


@pytest.fixture
def running(deployment):
    """A loop with model 4 in production, 5 in staging and 6 pending approval."""
    deployment.parameter("quality/threshold", json.dumps({"value": 1.25, "set_by": ARN}))
    deployment.parameter("approval/pending/production-5", "a secret", "SecureString")
    deployment.write("monitoring/production/2024/10/10/13/a.json", RESULT | {"time": "13"})
    deployment.clients("ecs").create_cluster(clusterName="evergreen-poller")
    deployment.clients("cloudwatch").put_metric_alarm(
        AlarmName="evergreen-production-loss",
        AlarmDescription="The loss exceeds the threshold: https://example.com/r.md#stage-loss",
        EvaluationPeriods=1,
        ComparisonOperator="GreaterThanThreshold",
        MetricName="m",
        Namespace="n",
        Period=60,
        Statistic="Sum",
        Threshold=0,
    )
    execution = deployment.execution()
    package = {
        "ModelPackageVersion": 6,
        "ModelPackageArn": ARN.replace("/4", "/6"),
        "ModelPackageGroupName": "evergreen-models",
        "CreationTime": HOUR,
        "ModelPackageStatus": "Completed",
    }
    with ExitStack() as stubs:
        sagemaker = stubs.enter_context(Stubber(deployment.clients("sagemaker")))
        store = stubs.enter_context(Stubber(deployment.clients("sagemaker-featurestore-runtime")))
        store.add_response(
            "batch_get_record", {"Records": [], "Errors": [], "UnprocessedIdentifiers": []}
        )
        sagemaker.add_response(
            "list_pipeline_executions", {"PipelineExecutionSummaries": [execution]}
        )
        step = {"StepName": "Train", "StepStatus": "Executing"}
        sagemaker.add_response("list_pipeline_execution_steps", {"PipelineExecutionSteps": [step]})
        sagemaker.add_response("list_model_packages", {"ModelPackageSummaryList": [package]})
        for stage, version in (("production", 4), ("staging", 5)):
            sagemaker.add_response("describe_endpoint", endpoint(stage, version))
        states = stubs.enter_context(Stubber(deployment.clients("stepfunctions")))
        states.add_response("list_executions", {"executions": [started()]})
        states.add_response("get_execution_history", {"events": events()})
        yield deployment


def test_status_shows_every_stage(running, capsys):
    assert main(["status"], running.connect) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == "evergreen at 2024-10-10 14:00 UTC"
    for expected in (
        "① poller no service",
        "② dead letters none (queues: 0)",
        "③ minutes none in the last 60 minutes",
        "④ training Executing, at Train, started 2024-10-10 13:00",
        "⑤ pending approval model 6 for staging, since 2024-10-10 13:00",
        "⑥ deployment at WaitForStaging, started 2024-10-10 13:00",
        "⑥ production model 4 InService 2024-10-10 13:00",
        "⑥ staging model 5 InService 2024-10-10 13:00",
        "⑦ threshold 1.2500 set by model 4",
        "⑦ 13 relative loss 1.5500 threshold 1.2500 in breach loss 0.3100 reference 0.2000 "
        "naive 0.4000",
    ):
        assert expected in lines
    assert any(line.startswith("⑥ pending approval model 5 for production") for line in lines)
    assert any(line.startswith("⑦") and "evergreen-production-loss" in line for line in lines)


def reject(deployment, count, reason):
    """Count rejected items, and archive an event of them as Firehose does."""
    deployment.clients("cloudwatch").put_metric_data(
        Namespace="Evergreen/evergreen",
        MetricData=[
            {
                "MetricName": "TransactionsRejected",
                "Timestamp": HOUR + timedelta(minutes=50),
                "Value": count,
            }
        ],
    )
    if reason:
        item = {"source": "s", "line": None, "reason": reason, "raw": "x" * 1000}
        lines = json.dumps({"detail": {"rejected": [item] * 200}}) + "\n"
        deployment.clients("s3").put_object(
            Bucket=deployment.bucket,
            Key="rejected/2024/10/10/13/a.gz",
            Body=gzip.compress((lines * 10).encode(), compresslevel=0),
        )


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        (None, "1,200 in polls of the last hour"),
        ("fee: got -1", "1,200 in polls of the last hour: fee: got -1"),
    ],
    ids=["not archived yet", "archived"],
)
def test_rejected_items_are_shown_with_the_newest_reason(running, capsys, reason, shown):
    reject(running, 1200, reason)
    assert main(["status"], running.connect) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert f"① rejected items {shown}" in lines


def test_no_rejected_item_has_no_line(running, capsys):
    assert main(["status"], running.connect) == 0
    assert "rejected items" not in capsys.readouterr().out


def test_alarm_says_what_it_means_and_what_to_do_first(running, capsys):
    running.clients("cloudwatch").set_alarm_state(
        AlarmName="evergreen-production-loss", StateValue="ALARM", StateReason="two hours"
    )
    assert main(["status"], running.connect) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "⑦ ALARM evergreen-production-loss" in out
    assert "The loss exceeds the threshold. First: evergreen status and evergreen history" in out


def test_failed_deployment_is_shown_until_a_later_one_of_its_stage_succeeds(running, capsys):
    cause = json.dumps({"errorMessage": "got 7 minutes, expected 30", "stackTrace": ["line 1"]})
    failed = {"package_arn": ARN, "error": "ForecastError", "cause": cause}
    running.decide("Deployment Failed", "2024-10-10T13:10:00Z", stage="staging", **failed)
    running.decide("Deployment Failed", "2024-10-10T13:20:00Z", stage="production", **failed)
    running.decide("Model Deployed", "2024-10-10T13:30:00Z", stage="staging", package_arn=ARN)
    assert main(["status"], running.connect) == 0
    out = " ".join(capsys.readouterr().out.split())
    shown = "⑥ deployment failed model 4 to {}: got 7 minutes, expected 30"
    assert shown.format("production at 2024-10-10 13:20") in out
    assert out.count("deployment failed") == 1


def test_json_has_no_secrets(running, capsys):
    assert main(["status", "--json"], running.connect) == 0
    out = capsys.readouterr().out
    document = json.loads(out)
    assert document["now"] == "2024-10-10T14:00:30Z"
    assert [item["version"] for item in document["endpoints"]] == [4, 5]
    assert [item["version"] for item in document["pending"]] == [6, 5]
    assert document["training"]["step"] == "Train"
    assert document["monitoring_results"][0]["wql"] == 0.31
    assert "a secret" not in out


def test_error_of_aws_is_one_line(deployment, capsys):
    with Stubber(deployment.clients("ssm")) as stub:
        stub.add_client_error("get_parameter", "AccessDeniedException", "not you")
        assert main(["status"], deployment.connect) == 1
    error = capsys.readouterr().err
    assert error.endswith("evergreen: AWS rejected GetParameter: AccessDeniedException: not you\n")


def test_version_of_another_account_is_shown_with_its_origin(running, capsys):
    source = ARN.replace("123456789012", "210987654321").replace("/4", "/17")
    running.decide(
        "Version Imported",
        "2024-10-10T12:00:00Z",
        package_arn=ARN,
        package_version=4,
        promoted_from=source,
    )
    main(["status"], running.connect)
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    origin = "(from account 210987654321, model 17)"
    assert f"⑥ production model 4 {origin} InService 2024-10-10 13:00" in lines
    assert "⑥ staging model 5 InService 2024-10-10 13:00" in lines
