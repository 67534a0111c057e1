"""Abalone trained by Step Functions on the local AWS: like the pipeline; failures as on AWS."""

import json
import re

import pytest

from sagemaker_pipelines.tabular import record
from sagemaker_pipelines.tabular_training.rendering import FILES, PIPELINE, STATE_MACHINE
from tests.support import abalones
from tests.support.permissions import EVERYTHING, ROLE, create_role

pytestmark = pytest.mark.integration

BUCKET = "tabular-data"
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/loop-forecaster:1"
END = "2024-10-10T12:00:00Z"
REQUEST = {"EndTime": END, "Reason": "a test", "Trigger": "command"}
ROWS = "s3://tabular-data/rows/"


def group(workflow):
    return f"{workflow.replace('_', '-')}-models"


@pytest.fixture(scope="module")
def values(aws):
    """Create what both workflows need; return the defaults of their parameters."""
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(
        Bucket=BUCKET, Key="rows/a.csv", Body=abalones.text(abalones.rows(3000)).encode()
    )
    aws.client("events").create_event_bus(Name="tabular")
    for workflow in (PIPELINE, STATE_MACHINE):
        aws.client("sagemaker").create_model_package_group(ModelPackageGroupName=group(workflow))
    return {
        "Bucket": BUCKET,
        "DataUri": ROWS,
        "EventBusName": "tabular",
        "KmsKeyId": aws.client("kms").create_key()["KeyMetadata"]["Arn"],
        "Prefix": "abalone",
        "ProcessingImage": IMAGE,
        "RoleArn": ROLE,
    }


def definition(workflow):
    return json.loads((record.MODELS / "abalone" / FILES[workflow]).read_text())


@pytest.fixture(scope="module")
def machine(aws, values):
    """Create the state machine; return its ARN."""
    return create_machine(aws, values, "abalone-training", ROLE)


def create_machine(aws, values, name, role):
    states = definition(STATE_MACHINE)
    group_name = {"ModelPackageGroupName": group(STATE_MACHINE)}
    states["States"]["Set defaults"]["Result"] |= values | group_name
    return aws.client("stepfunctions").create_state_machine(
        name=name, definition=json.dumps(states), roleArn=role
    )["stateMachineArn"]


def run(aws, machine, name, **parameters):
    """Run an execution to its end; return its description."""
    states = aws.client("stepfunctions")
    arn = states.start_execution(
        stateMachineArn=machine, name=name, input=json.dumps({**REQUEST, **parameters})
    )["executionArn"]
    aws.settle()
    return states.describe_execution(executionArn=arn)


def document(aws, key):
    return json.loads(aws.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read())


def packages(aws, workflow):
    client = aws.client("sagemaker")
    listed = client.list_model_packages(ModelPackageGroupName=group(workflow))
    return [
        client.describe_model_package(ModelPackageName=package["ModelPackageArn"])
        for package in listed["ModelPackageSummaryList"]
    ]


def trained_by_pipeline(aws, values):
    pipeline = definition(PIPELINE)
    own = {**values, "ModelPackageGroupName": group(PIPELINE)}
    for parameter in pipeline["Parameters"]:
        if parameter["Name"] in own:
            parameter["DefaultValue"] = own[parameter["Name"]]
    client = aws.client("sagemaker")
    client.create_pipeline(
        PipelineName="abalone",
        PipelineDisplayName="abalone",
        PipelineDefinition=json.dumps(pipeline),
        RoleArn=ROLE,
    )
    arn = client.start_pipeline_execution(
        PipelineName="abalone",
        PipelineParameters=[{"Name": name, "Value": value} for name, value in REQUEST.items()],
    )["PipelineExecutionArn"]
    aws.settle()
    return arn.rpartition("/")[2]


def comparable(package, execution, job):
    """Return a package without what differs between two trainings: names, times, locations."""
    text = json.dumps(package, default=str, sort_keys=True)
    for value, name in ((job, "JOB"), (execution, "EXECUTION"), (group(PIPELINE), "GROUP")):
        text = text.replace(value, name)
    text = text.replace(group(STATE_MACHINE), "GROUP")
    found = json.loads(text)
    for name in ("CreationTime", "LastModifiedTime", "MetadataProperties", "ResponseMetadata"):
        found.pop(name)
    return found


def job_of(package):
    [container] = package["InferenceSpecification"]["Containers"]
    return re.search(r"/model/([^/]+)/", container["ModelDataUrl"])[1]


def test_registers_the_same_package_as_the_pipeline(aws, values, machine):
    ended = run(aws, machine, "0123456789abcdef0123")
    assert ended["status"] == "SUCCEEDED", ended
    by_pipeline = trained_by_pipeline(aws, values)
    [ours], [theirs] = packages(aws, STATE_MACHINE), packages(aws, PIPELINE)
    assert ours["MetadataProperties"] == {"GeneratedBy": ended["executionArn"]}
    assert ours["CustomerMetadataProperties"]["execution"] == ended["name"]
    assert comparable(ours, ended["name"], job_of(ours)) == comparable(
        theirs, by_pipeline, job_of(theirs)
    )
    evaluations = [
        document(aws, f"training/{name}/evaluation/evaluation.json")
        for name in (ended["name"], by_pipeline)
    ]
    assert evaluations[0] == evaluations[1]
    begun = document(aws, f"experiments/{ended['name']}/run.json")
    assert begun["outcome"] == "new version"
    assert begun["parameters"]["Reason"] == "a test"
    jobs = aws.client("sagemaker").list_training_jobs()["TrainingJobSummaries"]
    names = [job["TrainingJobName"] for job in jobs]
    assert any(re.fullmatch(r"abalone-0123456789abcdef0123-Train-[0-9a-f]{8}", n) for n in names)


def test_rejected_data_end_the_execution_with_the_reason(aws, machine):
    body = abalones.text(abalones.rows(40)).encode()
    aws.client("s3").put_object(Bucket=BUCKET, Key="few/a.csv", Body=body)
    ended = run(aws, machine, "few", DataUri=f"s3://{BUCKET}/few/")
    assert (ended["status"], ended["error"]) == ("FAILED", "RejectData")
    assert "training_rows: got" in ended["cause"]


def test_a_model_that_the_gate_refuses_is_not_registered(aws, machine):
    before = len(packages(aws, STATE_MACHINE))
    ended = run(aws, machine, "gate", Gate="rmse<=0.2")
    assert ended["status"] == "SUCCEEDED"
    evaluation = document(aws, "training/gate/evaluation/evaluation.json")
    assert "the gate refuses it: rmse is" in evaluation["reason"]
    assert len(packages(aws, STATE_MACHINE)) == before


def test_a_failed_job_fails_the_execution_with_its_reason(aws, machine):
    ended = run(aws, machine, "nothing", DataUri=f"s3://{BUCKET}/nothing/")
    assert (ended["status"], ended["error"]) == ("FAILED", "States.TaskFailed")
    job = json.loads(ended["cause"])
    assert job["ProcessingJobStatus"] == "Failed"
    assert "no objects, expected CSV files" in job["ExitMessage"]


def test_a_missing_parameter_fails_the_execution(aws, machine):
    states = aws.client("stepfunctions")
    arn = states.start_execution(stateMachineArn=machine, name="without", input="{}")
    aws.settle()
    ended = states.describe_execution(executionArn=arn["executionArn"])
    assert ended["error"] == "States.Runtime"
    assert "$.Parameters.EndTime" in ended["cause"]


def test_names_are_used_once_and_a_repeated_request_starts_nothing(aws, machine):
    states = aws.client("stepfunctions")
    request = {"stateMachineArn": machine, "name": "once", "input": json.dumps(REQUEST)}
    first = states.start_execution(**request)
    assert states.start_execution(**request)["executionArn"] == first["executionArn"]
    with pytest.raises(states.exceptions.ExecutionAlreadyExists):
        states.start_execution(**{**request, "input": "{}"})
    states.stop_execution(executionArn=first["executionArn"])
    aws.settle()
    with pytest.raises(states.exceptions.ExecutionAlreadyExists):
        states.start_execution(**request)


def test_a_stopped_execution_stops_its_job(aws, machine):
    states, sagemaker = aws.client("stepfunctions"), aws.client("sagemaker")
    arn = states.start_execution(
        stateMachineArn=machine, name="stopped", input=json.dumps(REQUEST)
    )["executionArn"]
    jobs = {"NameContains": "abalone-stopped-", "MaxResults": 1}
    aws.until(lambda: sagemaker.list_processing_jobs(**jobs)["ProcessingJobSummaries"])
    states.stop_execution(executionArn=arn)
    aws.settle()
    [job] = sagemaker.list_processing_jobs(**jobs)["ProcessingJobSummaries"]
    assert job["ProcessingJobStatus"] == "Stopped"
    assert states.describe_execution(executionArn=arn)["status"] == "ABORTED"


def test_the_role_needs_every_permission(aws, values):
    create_role(aws, "no-rules", {"Action": "sagemaker:*", "Resource": "*"})
    arn = "arn:aws:iam::123456789012:role"
    states = aws.client("stepfunctions")
    with pytest.raises(states.exceptions.ClientError, match="not authorized to create managed-r"):
        create_machine(aws, values, "refused", f"{arn}/no-rules")
    denied = {"Effect": "Deny", "Action": "iam:PassRole", "Resource": "*"}
    create_role(aws, "no-pass", EVERYTHING, denied)
    machine = create_machine(aws, values, "denied", f"{arn}/no-pass")
    states.start_execution(stateMachineArn=machine, name="denied", input=json.dumps(REQUEST))
    aws.pass_minutes(10)  # the request is repeated
    [ended] = states.list_executions(stateMachineArn=machine)["executions"]
    ended = states.describe_execution(executionArn=ended["executionArn"])
    assert ended["error"] == "SageMaker.AmazonSageMakerException"
    assert "is not authorized to perform: iam:PassRole" in ended["cause"]


def test_a_job_with_an_internal_error_is_run_again(aws, machine):
    upload = {"service": "s3", "operation": "PUT /tabular-data/training/again/model/"}
    aws.post("faults", faults=[{**upload, "status": 500, "times": 6}])
    arn = run(aws, machine, "again", Gate="rmse<=0.2")["executionArn"]
    aws.pass_minutes(5)
    assert (
        aws.client("stepfunctions").describe_execution(executionArn=arn)["status"] == "SUCCEEDED"
    )
    jobs = aws.client("sagemaker").list_training_jobs(NameContains="abalone-again-")
    statuses = [job["TrainingJobStatus"] for job in jobs["TrainingJobSummaries"]]
    assert sorted(statuses) == ["Completed", "Failed"]
