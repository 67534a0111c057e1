"""Data that fail the quality rules end a training execution with a reason, report and event."""

import json
from datetime import timedelta

import pytest

from common.times import MINUTE, iso
from tests.support.deployed_loop import evergreen
from tests.support.feature_records import to_record

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def execution(aws, outputs):
    """Start a training on ten minutes: too few, and with wrong averages."""
    store = aws.client("sagemaker-featurestore-runtime")
    aws.pass_minutes(49 * 60)  # the history of 48 hours must not contain rows of other tests
    start = aws.next_hour()
    for number in range(10, 20):
        minute = start + number * MINUTE
        values = {
            "tx_minute": iso(minute),
            "total_nb_trx_1min": "2",
            "total_fee_1min": "12",
            "avg_fee_1min": f"{number}.5",
            "event_time": iso(minute + MINUTE).replace("Z", ".002Z"),
        }
        store.put_record(FeatureGroupName="evergreen-minutes", Record=to_record(values))
    time = iso(start + timedelta(minutes=30))
    aws.advance(time)
    request = {"source": "evergreen.cli", "id": f"rejected-data {time}", "time": time}
    response = aws.client("lambda").invoke(
        FunctionName=outputs["retrain_function_name"],
        Payload=json.dumps(request | {"detail": {"reason": "a test"}}).encode(),
    )
    arn = json.load(response["Payload"])["execution_arn"]
    aws.settle()
    return {"arn": arn, "time": time}


@pytest.fixture(scope="module")
def reason(aws, execution):
    """Failure reason of the execution; nothing was trained."""
    sagemaker = aws.client("sagemaker")
    described = sagemaker.describe_pipeline_execution(PipelineExecutionArn=execution["arn"])
    assert described["PipelineExecutionStatus"] == "Failed"
    listed = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=execution["arn"])
    steps = {step["StepName"]: step for step in listed["PipelineExecutionSteps"]}
    assert set(steps) == {"ReadHistory", "CheckData", "RejectData"}
    return steps["RejectData"]["FailureReason"]


def test_reason_names_the_failed_rules(reason):
    assert reason.startswith("The history fails data quality rules: minutes_with_data is ")
    assert reason.endswith(", minutes_inconsistent is 10 (at most 0).")


def test_report_has_the_result(aws, outputs, execution, reason):
    key = f"training/{execution['arn'].rpartition('/')[2]}/history/data_quality.json"
    body = aws.client("s3").get_object(Bucket=outputs["bucket_name"], Key=key)["Body"]
    report = json.load(body)
    assert (report["passed"], report["summary"]) == (False, reason)


def test_evergreen_history_shows_the_rejection(aws, execution, reason):
    code, history = evergreen(aws, "history")
    assert code == 0
    found = [item for item in history["rejections"] if item["execution_arn"] == execution["arn"]]
    expected = {"time": execution["time"], "reason": reason, "execution_arn": execution["arn"]}
    assert found == [expected]
