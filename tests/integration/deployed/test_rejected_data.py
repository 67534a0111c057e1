"""Data that are not fit to train on end a training in a sentence, a report and an event."""

import json

import pytest

from cli.main import main as evergreen

pytestmark = pytest.mark.integration

ASKED = {"source": "evergreen.cli", "id": "unfit", "time": "2024-10-10T03:30:00Z"}


@pytest.fixture(scope="module")
def execution(aws, outputs):
    """Ask for a training on ten minutes: too few, their average not what their numbers say."""
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
    aws.advance(ASKED["time"])
    answer = aws.client("lambda").invoke(
        FunctionName=outputs["retrain_function_name"],
        Payload=json.dumps(ASKED | {"detail": {"reason": "a test"}}).encode(),
    )
    arn = json.load(answer["Payload"])["execution_arn"]
    aws.settle()
    return arn


@pytest.fixture(scope="module")
def sentence(aws, execution):
    """Give the reason of the execution's failure; nothing was trained."""
    sagemaker = aws.client("sagemaker")
    described = sagemaker.describe_pipeline_execution(PipelineExecutionArn=execution)
    assert described["PipelineExecutionStatus"] == "Failed"
    listed = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=execution)
    steps = {step["StepName"]: step for step in listed["PipelineExecutionSteps"]}
    assert set(steps) == {"ReadHistory", "CheckData", "RejectData"}
    return steps["RejectData"]["FailureReason"]


def test_the_sentence_names_what_is_wrong(sentence):
    assert sentence.startswith("The history is not fit to train on: minutes_with_data is ")
    assert sentence.endswith(", minutes_inconsistent is 10 (at most 0).")


def test_the_report_holds_the_verdict(aws, outputs, execution, sentence):
    key = f"training/{execution.rpartition('/')[2]}/history/data_quality.json"
    body = aws.client("s3").get_object(Bucket=outputs["bucket_name"], Key=key)["Body"]
    report = json.load(body)
    assert (report["passed"], report["sentence"]) == (False, sentence)


def test_evergreen_history_tells_the_rejection(aws, execution, sentence, capsys):
    assert evergreen(["history", "--json", "--home", str(aws.home)]) == 0
    (told,) = json.loads(capsys.readouterr().out)["rejections"]
    assert told == {"time": ASKED["time"], "reason": sentence, "execution_arn": execution}
