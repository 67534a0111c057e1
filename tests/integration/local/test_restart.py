"""A persistent local AWS that is killed continues where it was."""

import json
import os
import signal
import time

import pytest

from local import lifecycle
from tests.support.event_queue import Queue, add_rule
from tests.support.lambda_function import Function
from tests.support.local_aws import START, LocalAws, iso
from tests.support.model_archive import SERIES
from tests.support.permissions import ROLE, create_role

pytestmark = pytest.mark.integration

BUCKET, LARGE = "kept-data", b"0123456789" * 10_000
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/loop-forecaster:1"
LATER = "2024-10-10T01:00:00Z"
ALARM = {
    "AlarmName": "kept",
    "Namespace": "n",
    "MetricName": "m",
    "Statistic": "Sum",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 1,
    "TreatMissingData": "ignore",
    "ComparisonOperator": "GreaterThanThreshold",
}
FAILS_ONCE = """
import os, pathlib
def lambda_handler(event, context):
    file = pathlib.Path(event["file"])
    file.write_text(file.read_text() + "x" if file.exists() else "x")
    if len(file.read_text()) == 1:
        raise ValueError("the first attempt")
"""
TOKEN = """
import boto3
def lambda_handler(event, context):
    boto3.client("ssm").put_parameter(
        Name="/token", Value=event["token"], Type="String", Overwrite=True
    )
"""
STATES = {
    "Prepare": {"Type": "Pass", "Result": {"version": 7}, "Next": "Ask"},
    "Ask": {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Parameters": {"FunctionName": "ask", "Payload": {"token.$": "$$.Task.Token"}},
        "ResultPath": "$.answer",
        "End": True,
    },
}


def start(port, home):
    options = ["--clock", "virtual", "--start", START, "--persistent"]
    return lifecycle.up(port, home, options)


def kill_after_saving(aws, pid):
    """Kill the server once it has saved what is there now.

    A snapshot that had begun before may be written after the first change, but not
    after the second.
    """
    aws.settle()
    file = aws.home / "state" / "snapshot"
    for value in ("first", "second"):
        before = file.stat().st_mtime_ns if file.exists() else 0
        aws.client("ssm").put_parameter(Name="/c", Value=value, Type="String", Overwrite=True)
        while not file.exists() or file.stat().st_mtime_ns == before:
            time.sleep(0.1)
    os.kill(pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def aws(tmp_path_factory, archive):
    """A local AWS with data and work in progress, killed and started again."""
    home = tmp_path_factory.mktemp("local")
    health = start(0, home)
    aws = LocalAws(health["endpoint_url"], home)
    create_role(aws)
    store_data(aws, archive)
    start_work(aws)
    aws.advance(LATER)
    send_event_that_fails_once(aws)
    kill_after_saving(aws, health["pid"])
    start(health["port"], home)
    (home / "continued_at").write_text(iso(aws.now()))
    aws.settle()
    yield aws
    lifecycle.down(home)


@pytest.fixture(scope="module", autouse=True)
def role(aws):
    """Replace the fixture that creates the role, which was kept."""


def store_data(aws, archive):
    s3, sagemaker = aws.client("s3"), aws.client("sagemaker")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket=BUCKET, Key="large", Body=LARGE)
    s3.put_object(Bucket=BUCKET, Key="small", Body=b"1")
    s3.put_object(Bucket=BUCKET, Key="model.tar.gz", Body=archive)
    dynamodb = aws.client("dynamodb")
    key = {"AttributeName": "k", "AttributeType": "S"}
    dynamodb.create_table(
        TableName="table",
        KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
        AttributeDefinitions=[key],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.put_item(TableName="table", Item={"k": {"S": "a"}, "v": {"N": "5"}})
    aws.client("sqs").create_queue(QueueName="kept")
    url = aws.client("sqs").get_queue_url(QueueName="kept")["QueueUrl"]
    aws.client("sqs").send_message(QueueUrl=url, MessageBody="waiting")
    aws.client("cloudwatch").put_metric_alarm(**ALARM)
    aws.client("cloudwatch").set_alarm_state(
        AlarmName="kept", StateValue="ALARM", StateReason="by hand"
    )
    sagemaker.create_model_package_group(
        ModelPackageGroupName="g", Tags=[{"Key": "a", "Value": "b"}]
    )
    container = {"Image": IMAGE, "ModelDataUrl": f"s3://{BUCKET}/model.tar.gz"}
    package = sagemaker.create_model_package(
        ModelPackageGroupName="g",
        ModelApprovalStatus="Approved",
        InferenceSpecification={
            "Containers": [container],
            "SupportedContentTypes": ["application/json"],
            "SupportedResponseMIMETypes": ["application/json"],
        },
    )["ModelPackageArn"]
    sagemaker.create_model(
        ModelName="m", ExecutionRoleArn=ROLE, Containers=[{"ModelPackageName": package}]
    )
    feature = {"FeatureName": "id", "FeatureType": "String"}
    sagemaker.create_feature_group(
        FeatureGroupName="f",
        RecordIdentifierFeatureName="id",
        EventTimeFeatureName="event_time",
        RoleArn=ROLE,
        FeatureDefinitions=[feature, {"FeatureName": "event_time", "FeatureType": "String"}],
        OnlineStoreConfig={"EnableOnlineStore": True},
        OfflineStoreConfig={
            "S3StorageConfig": {"S3Uri": f"s3://{BUCKET}/offline"},
            "DisableGlueTableCreation": True,
        },
    )


def start_work(aws):
    sagemaker = aws.client("sagemaker")
    variant = {"VariantName": "AllTraffic", "ModelName": "m", "InitialInstanceCount": 1}
    variant["InstanceType"] = "ml.t2.medium"
    sagemaker.create_endpoint_config(EndpointConfigName="c", ProductionVariants=[variant])
    sagemaker.create_endpoint(EndpointName="e", EndpointConfigName="c")
    Function(aws, "ask", TOKEN)
    states = aws.client("stepfunctions")
    machine = states.create_state_machine(
        name="machine",
        definition=json.dumps({"StartAt": "Prepare", "States": STATES}),
        roleArn=ROLE,
    )["stateMachineArn"]
    states.start_execution(stateMachineArn=machine, name="x", input='{"original": true}')
    add_rule(
        aws,
        "hourly",
        {"Arn": Queue(aws, "hours").arn},
        bus="default",
        ScheduleExpression="rate(1 hour)",
    )


def send_event_that_fails_once(aws):
    runtime = aws.client("sagemaker-featurestore-runtime")
    record = {"id": "1", "event_time": LATER}
    runtime.put_record(
        FeatureGroupName="f",
        Record=[{"FeatureName": n, "ValueAsString": v} for n, v in record.items()],
    )
    Function(aws, "fails_once", FAILS_ONCE)
    aws.client("lambda").invoke(
        FunctionName="fails_once",
        InvocationType="Event",
        Payload=json.dumps({"file": str(aws.home / "attempts")}),
    )


def test_clock_and_data_are_the_same(aws):
    assert (aws.home / "continued_at").read_text() == LATER
    s3 = aws.client("s3")
    assert s3.get_object(Bucket=BUCKET, Key="large")["Body"].read() == LARGE
    assert s3.get_object(Bucket=BUCKET, Key="small")["Body"].read() == b"1"
    item = aws.client("dynamodb").get_item(TableName="table", Key={"k": {"S": "a"}})["Item"]
    assert item["v"] == {"N": "5"}
    url = aws.client("sqs").get_queue_url(QueueName="kept")["QueueUrl"]
    (message,) = aws.client("sqs").receive_message(QueueUrl=url)["Messages"]
    assert message["Body"] == "waiting"
    (alarm,) = aws.client("cloudwatch").describe_alarms(AlarmNames=["kept"])["MetricAlarms"]
    assert alarm["StateValue"] == "ALARM"
    sagemaker = aws.client("sagemaker")
    group = sagemaker.describe_model_package_group(ModelPackageGroupName="g")
    tags = sagemaker.list_tags(ResourceArn=group["ModelPackageGroupArn"])["Tags"]
    assert tags == [{"Key": "a", "Value": "b"}]


def test_endpoint_answers(aws):
    assert aws.client("sagemaker").describe_endpoint(EndpointName="e")["EndpointStatus"] == (
        "InService"
    )
    request = {
        "instances": [{"start": "2024-10-10 00:00:00", "target": SERIES[:60]}],
        "configuration": {"num_samples": 20, "output_types": ["quantiles"], "quantiles": ["0.5"]},
    }
    response = aws.client("sagemaker-runtime").invoke_endpoint(
        EndpointName="e", Body=json.dumps(request), ContentType="application/json"
    )
    (prediction,) = json.loads(response["Body"].read())["predictions"]
    assert len(prediction["quantiles"]["0.5"]) == 6


def test_record_reaches_the_offline_store(aws):
    record = aws.client("sagemaker-featurestore-runtime").get_record(
        FeatureGroupName="f", RecordIdentifierValueAsString="1"
    )
    assert record["Record"][0] == {"FeatureName": "id", "ValueAsString": "1"}
    aws.pass_minutes(6)
    found = aws.client("s3").list_objects_v2(Bucket=BUCKET, Prefix="offline/")["Contents"]
    assert len(found) == 1


def test_failed_event_is_retried(aws):
    aws.pass_minutes(3)
    # The second attempt may have begun in the killed server, and is then repeated.
    assert len((aws.home / "attempts").read_text()) in {2, 3}


def test_execution_waits_for_a_new_token_and_ends(aws):
    states = aws.client("stepfunctions")
    arn = "arn:aws:states:eu-west-1:123456789012:execution:machine:x"
    assert states.describe_execution(executionArn=arn)["status"] == "RUNNING"
    token = aws.client("ssm").get_parameter(Name="/token")["Parameter"]["Value"]
    states.send_task_success(taskToken=token, output='"yes"')
    aws.settle()
    ended = states.describe_execution(executionArn=arn)
    assert json.loads(ended["output"]) == {"version": 7, "answer": "yes"}
    machine = states.describe_state_machine(stateMachineArn=ended["stateMachineArn"])
    assert json.loads(machine["definition"])["StartAt"] == "Prepare"


def test_schedule_goes_on(aws):
    queue = Queue(aws, "hours")
    queue.read()
    aws.pass_minutes(60)
    assert len(queue.bodies()) == 1
