"""The whole root on the local AWS: apply, what cannot be processed or trained on, plan, destroy.

The tests run in this order: the last one removes what the others use.
"""

import gzip
import json
import subprocess
import sys

import pytest

from cli.main import main as cli
from scripts import terraform

pytestmark = pytest.mark.integration

VARIABLES = {
    "prefix": "evergreen",
    "max_retries": 3,
    "poller": {"desired_count": 0, "source": "simulator"},
}
MINUTE = "2024-10-10T00:00:00Z"


@pytest.fixture(scope="module")
def outputs(aws):
    subprocess.run([sys.executable, "-m", "scripts.package"], check=True, capture_output=True)
    terraform.init(aws.home)
    terraform.apply(aws.home, VARIABLES)
    return terraform.output(aws.home)


def archive(aws, outputs, name, body):
    """Put an object where Firehose would; what follows from it happens with the clock."""
    key = f"raw/2024/10/10/00/{name}.gz"
    aws.client("s3").put_object(Bucket=outputs["bucket_name"], Key=key, Body=body)
    return key


def event(fee):
    transaction = {"hash": f"{fee:064x}", "time": 1728518400, "fee": fee}
    return json.dumps({"detail": {"transactions": [transaction]}}).encode()


def row(aws):
    store = aws.client("sagemaker-featurestore-runtime")
    answer = store.get_record(
        FeatureGroupName="evergreen-minutes", RecordIdentifierValueAsString=MINUTE
    )
    return {one["FeatureName"]: one["ValueAsString"] for one in answer.get("Record", [])}


def test_what_a_function_cannot_process_lands_in_its_queue_and_the_loop_goes_on(aws, outputs):
    broken = archive(aws, outputs, "broken", b"this is not gzip")
    aws.settle()
    aws.advance("2024-10-10T00:10:00Z")  # two retries, after one and two minutes
    aws.settle()
    sqs = aws.client("sqs")
    url = sqs.get_queue_url(QueueName="evergreen-window-aggregator-dead-letters")["QueueUrl"]
    found = sqs.receive_message(  # seen only: it goes on to wait there
        QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], VisibilityTimeout=0
    )
    (letter,) = found["Messages"]
    assert json.loads(letter["Body"])["detail"]["object"]["key"] == broken
    assert "not gzip" in letter["MessageAttributes"]["ErrorMessage"]["StringValue"]

    archive(aws, outputs, "good", gzip.compress(event(5) + b"\n" + event(7)))
    aws.settle()
    assert row(aws)["total_nb_trx_1min"] == "2"
    assert row(aws)["total_fee_1min"] == "12"


def test_a_dead_letter_rings_an_alarm(aws, outputs):
    name = "evergreen-window-aggregator-dead-letters"

    def state():
        alarms = aws.client("cloudwatch").describe_alarms(AlarmNames=[name])
        return alarms["MetricAlarms"][0]["StateValue"]

    aws.advance("2024-10-10T00:20:00Z")
    assert state() == "ALARM"


def test_unfit_data_stop_a_training_with_a_sentence_and_an_event(aws, outputs, capsys):
    store = aws.client("sagemaker-featurestore-runtime")
    for minute in range(10, 20):  # too few, and their average is not what their numbers say
        values = {
            "tx_minute": f"2024-10-10T00:{minute}:00Z",
            "total_nb_trx_1min": "2",
            "total_fee_1min": "12",
            "avg_fee_1min": f"{minute}.5",
            "event_time": f"2024-10-10T00:{minute + 1}:00.002Z",
        }
        record = [{"FeatureName": k, "ValueAsString": v} for k, v in values.items()]
        store.put_record(FeatureGroupName="evergreen-minutes", Record=record)
    asked = {"source": "evergreen.cli", "id": "unfit", "time": "2024-10-10T00:30:00Z"}
    aws.advance(asked["time"])
    answer = aws.client("lambda").invoke(
        FunctionName=outputs["retrain_function_name"],
        Payload=json.dumps(asked | {"detail": {"reason": "a test"}}).encode(),
    )
    arn = json.load(answer["Payload"])["execution_arn"]
    aws.settle()

    sagemaker = aws.client("sagemaker")
    execution = sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
    assert execution["PipelineExecutionStatus"] == "Failed"
    listed = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn)
    steps = {step["StepName"]: step for step in listed["PipelineExecutionSteps"]}
    assert set(steps) == {"ReadHistory", "CheckData", "RejectData"}
    sentence = steps["RejectData"]["FailureReason"]
    assert sentence.startswith("The history is not fit to train on: minutes_with_data is 11 (at")
    assert sentence.endswith(", minutes_inconsistent is 10 (at most 0).")

    key = f"training/{arn.rpartition('/')[2]}/history/data_quality.json"
    body = aws.client("s3").get_object(Bucket=outputs["bucket_name"], Key=key)["Body"]
    report = json.load(body)
    assert (report["passed"], report["sentence"]) == (False, sentence)
    assert cli(["history", "--json", "--home", str(aws.home)]) == 0
    (told,) = json.loads(capsys.readouterr().out)["rejections"]
    assert told == {"time": asked["time"], "reason": sentence, "execution_arn": arn}


def test_the_second_plan_is_empty(aws, outputs):
    assert terraform.plan_changes(aws.home, VARIABLES) == 0


def test_destroy_leaves_nothing_behind(aws, outputs):
    terraform.destroy(aws.home, VARIABLES)
    assert terraform.resources(aws.home) == 0
    left = {
        "buckets": aws.client("s3").list_buckets()["Buckets"],
        "functions": aws.client("lambda").list_functions()["Functions"],
        "roles": aws.client("iam").list_roles()["Roles"],
        "queues": aws.client("sqs").list_queues().get("QueueUrls", []),
        "topics": aws.client("sns").list_topics()["Topics"],
        "rules": aws.client("events").list_rules()["Rules"],
        "log groups": [
            group
            for group in aws.client("logs").describe_log_groups()["logGroups"]
            # SageMaker made it for all jobs of the account, in whosever deployment.
            if group["logGroupName"] != "/aws/sagemaker/ProcessingJobs"
        ],
        "parameters": aws.client("ssm").describe_parameters()["Parameters"],
        "alarms": aws.client("cloudwatch").describe_alarms()["MetricAlarms"],
        "streams": aws.client("firehose").list_delivery_streams()["DeliveryStreamNames"],
        "machines": aws.client("stepfunctions").list_state_machines()["stateMachines"],
        "pipelines": aws.client("sagemaker").list_pipelines()["PipelineSummaries"],
        "clusters": aws.client("ecs").list_clusters()["clusterArns"],
    }
    assert {kind: found for kind, found in left.items() if found} == {}
