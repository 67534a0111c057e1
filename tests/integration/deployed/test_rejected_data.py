"""Data that fail the quality rules end a training with a reason, a report and an event."""

import json

import pytest

from cli.main import main as evergreen

pytestmark = pytest.mark.integration

REQUEST = {"source": "evergreen.cli", "id": "unfit", "time": "2024-10-10T03:30:00Z"}


@pytest.fixture(scope="module")
def execution(aws, outputs):
    """Start a training on ten minutes: too few, and with wrong averages."""
    store = aws.client("sagemaker-featurestore-runtime")
    for minute in range(10, 20):
        values = {
            "tx_minute": f"2024-10-10T03:{minute}:00Z",
            "total_nb_trx_1min": "2",
            "total_fee_1min": "12",
            "avg_fee_1min": f"{minute}.5",
            "event_time": f"2024-10-10T03:{minute + 1}:00.002Z",
        }
        record = [{"FeatureName": k, "ValueAsString": v} for k, v in values.items()]
        store.put_record(FeatureGroupName="evergreen-minutes", Record=record)
    aws.advance(REQUEST["time"])
    response = aws.client("lambda").invoke(
        FunctionName=outputs["retrain_function_name"],
        Payload=json.dumps(REQUEST | {"detail": {"reason": "a test"}}).encode(),
    )
    arn = json.load(response["Payload"])["execution_arn"]
    aws.settle()
    return arn


@pytest.fixture(scope="module")
def reason(aws, execution):
    """Failure reason of the execution; nothing was trained."""
    sagemaker = aws.client("sagemaker")
    described = sagemaker.describe_pipeline_execution(PipelineExecutionArn=execution)
    assert described["PipelineExecutionStatus"] == "Failed"
    listed = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=execution)
    steps = {step["StepName"]: step for step in listed["PipelineExecutionSteps"]}
    assert set(steps) == {"ReadHistory", "CheckData", "RejectData"}
    return steps["RejectData"]["FailureReason"]


def test_reason_names_the_failed_rules(reason):
    assert reason.startswith("The history fails data quality rules: minutes_with_data is ")
    assert reason.endswith(", minutes_inconsistent is 10 (at most 0).")


def test_report_has_the_result(aws, outputs, execution, reason):
    key = f"training/{execution.rpartition('/')[2]}/history/data_quality.json"
    body = aws.client("s3").get_object(Bucket=outputs["bucket_name"], Key=key)["Body"]
    report = json.load(body)
    assert (report["passed"], report["summary"]) == (False, reason)


def test_evergreen_history_shows_the_rejection(aws, execution, reason, capsys):
    assert evergreen(["history", "--json", "--home", str(aws.home)]) == 0
    (rejection,) = json.loads(capsys.readouterr().out)["rejections"]
    assert rejection == {"time": REQUEST["time"], "reason": reason, "execution_arn": execution}
