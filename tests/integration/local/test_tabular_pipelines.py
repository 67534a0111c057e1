"""The pipelines of the tabular models on the local AWS: data, model, verdict, version."""

import json
from datetime import timedelta

import pytest

from common import processing_jobs, times
from common.processing_jobs import JobSettings
from sagemaker_pipelines.tabular import record
from tests.support import abalones
from tests.support.permissions import ROLE

pytestmark = pytest.mark.integration

BUCKET = "tabular-data"
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/loop-forecaster:1"
END = "2024-10-10T12:00:00Z"


def prefix(model):
    return model.replace("_", "-")


def group(model):
    return f"{prefix(model)}-models"


@pytest.fixture(scope="module")
def sagemaker(aws):
    """Create the pipeline, the model package group and the bus of each model."""
    s3, client = aws.client("s3"), aws.client("sagemaker")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    aws.client("events").create_event_bus(Name="tabular")
    values = {
        "Bucket": BUCKET,
        "EventBusName": "tabular",
        "KmsKeyId": key,
        "ProcessingImage": IMAGE,
        "RoleArn": ROLE,
    }
    for model in record.models():
        definition = json.loads((record.MODELS / model / "definition.json").read_text())
        own = {**values, "Prefix": prefix(model), "ModelPackageGroupName": group(model)}
        for parameter in definition["Parameters"]:
            if parameter["Name"] in own:
                parameter["DefaultValue"] = own[parameter["Name"]]
        client.create_model_package_group(ModelPackageGroupName=group(model))
        client.create_pipeline(
            PipelineName=prefix(model),
            PipelineDisplayName=prefix(model),
            PipelineDefinition=json.dumps(definition),
            RoleArn=ROLE,
        )
    return client


def trained(aws, client, model, **parameters):
    """Run a pipeline; return its steps by name, and its evaluation.json."""
    values = {"EndTime": END, "Reason": "a test", "Trigger": "command", **parameters}
    arn = client.start_pipeline_execution(
        PipelineName=prefix(model),
        PipelineParameters=[{"Name": name, "Value": value} for name, value in values.items()],
    )["PipelineExecutionArn"]
    aws.settle()
    listed = client.list_pipeline_execution_steps(PipelineExecutionArn=arn)
    steps = {step["StepName"]: step for step in listed["PipelineExecutionSteps"]}
    return steps, f"training/{arn.rpartition('/')[2]}"


def document(aws, key):
    return json.loads(aws.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read())


def newest(client, model):
    listed = client.list_model_packages(ModelPackageGroupName=group(model))
    return client.describe_model_package(
        ModelPackageName=listed["ModelPackageSummaryList"][0]["ModelPackageArn"]
    )


def serve(aws, client, model):
    """Deploy the newest version to production; return a function that invokes it."""
    arn = newest(client, model)["ModelPackageArn"]
    version = arn.rpartition("/")[2]
    name = f"{prefix(model)}-{version}"
    client.create_model(
        ModelName=name, ExecutionRoleArn=ROLE, PrimaryContainer={"ModelPackageName": arn}
    )
    variant = {"VariantName": "AllTraffic", "ModelName": name, "InstanceType": "ml.t2.medium"}
    client.create_endpoint_config(
        EndpointConfigName=name,
        ProductionVariants=[{**variant, "InitialInstanceCount": 1}],
        DataCaptureConfig={
            "EnableCapture": True,
            "InitialSamplingPercentage": 100,
            "DestinationS3Uri": f"s3://{BUCKET}/data-capture/production",
            "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
            "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"]},
        },
    )
    endpoint = f"{prefix(model)}-production"
    client.create_endpoint(EndpointName=endpoint, EndpointConfigName=name)
    aws.settle()
    runtime = aws.client("sagemaker-runtime")

    def invoke(body, content_type, *, cut=False):
        if cut:  # the column of the target
            body = "".join(f"{line.rpartition(',')[0]}\n" for line in body.splitlines())
        response = runtime.invoke_endpoint(
            EndpointName=endpoint, Body=body, ContentType=content_type
        )
        return response["Body"].read().decode()

    return invoke


def test_linear_regression_reproduces_the_earlier_system(aws, sagemaker):
    steps, folder = trained(aws, sagemaker, "linear_regression")
    assert {step["StepStatus"] for step in steps.values()} == {"Succeeded"}, steps
    evaluation = document(aws, f"{folder}/evaluation/evaluation.json")
    assert evaluation["winner"] == "linear_regression"
    assert evaluation["regression_metrics"]["r2"]["value"] == pytest.approx(0.4723, abs=5e-5)
    package = newest(sagemaker, "linear_regression")
    assert package["ModelApprovalStatus"] == "PendingManualApproval"
    assert package["CustomerMetadataProperties"]["candidate"] == "linear_regression"
    invoke = serve(aws, sagemaker, "linear_regression")
    assert float(invoke("0.3\n", "text/csv")) == pytest.approx(434.0765649977, rel=1e-9)
    answers = invoke(json.dumps({"instances": [{"x": 0.3}, [0.3]]}), "application/json")
    expected = pytest.approx(434.0765649977, rel=1e-9)
    assert json.loads(answers) == {"predictions": [{"prediction": expected}] * 2}


def test_abalone_trains_from_any_folder_and_replaces_only_a_worse_champion(aws, sagemaker):
    s3 = aws.client("s3")
    uri = _upload(aws, "elsewhere/a.csv", abalones.rows(3000))
    steps, folder = trained(aws, sagemaker, "abalone", DataUri=uri)
    assert {step["StepStatus"] for step in steps.values()} == {"Succeeded"}, steps
    evaluation = document(aws, f"{folder}/evaluation/evaluation.json")
    assert evaluation["winner"] == "abalone"
    assert evaluation["regression_metrics"]["rmse"]["value"] < 1.5
    names = {feature["feature"] for feature in _attributions(aws, folder)}
    assert names == set(abalones.COLUMNS[:-1])
    baseline = s3.get_object(Bucket=BUCKET, Key=f"{folder}/baseline/baseline.csv")["Body"].read()
    assert baseline.startswith(b"prediction,label\n")
    invoke = serve(aws, sagemaker, "abalone")
    sample = ",".join(abalones.rows(1)[0][:-1])
    assert 1 < float(invoke(f"{sample}\n", "text/csv")) < 20
    _monitoring_finds_what_has_changed(aws, sagemaker, f"{folder}/baseline", invoke)

    # The same data again: the champion is as good, so it stays.
    steps, folder = trained(aws, sagemaker, "abalone", DataUri=uri)
    again = document(aws, f"{folder}/evaluation/evaluation.json")
    assert again["winner"] is None
    assert "no better than it (loss ratio 1.00" in again["reason"]
    assert again["champion"] == {"version": 1, "candidate": "abalone"}
    assert steps["CheckModel"]["Metadata"]["Condition"]["Outcome"] == "False"

    # The data have the opposite relation of size and age: the new model replaces the champion.
    uri = _upload(aws, "opposite/a.csv", _opposite_rows())
    _, folder = trained(aws, sagemaker, "abalone", DataUri=uri)
    evaluation = document(aws, f"{folder}/evaluation/evaluation.json")
    assert (evaluation["winner"], evaluation["champion"]["version"]) == ("abalone", 1)


def _monitoring_finds_what_has_changed(aws, client, baseline, invoke):
    """Compare requests like the training with it, then also others."""
    package = newest(client, "abalone")
    quality = package["ModelMetrics"]["ModelDataQuality"]["Constraints"]["S3Uri"]
    assert quality == f"s3://{BUCKET}/{baseline}/data_quality/constraints.json"
    invoke(abalones.text(abalones.rows(200, seed=7)).partition("\n")[2], "text/csv", cut=True)
    same = _monitored(aws, client, package, f"s3://{BUCKET}/{baseline}/", "same")
    assert same["drift/drift.json"]["drifted"] == []
    assert same["data-quality/constraint_violations.json"] == {"violations": []}
    larger = [
        ["M", *(f"{float(cell) * 1.6:.4f}" for cell in row[1:8]), "9"]
        for row in abalones.rows(600)
    ]
    invoke(abalones.text(larger).partition("\n")[2], "text/csv", cut=True)
    other = _monitored(aws, client, package, f"s3://{BUCKET}/{baseline}/", "other")
    assert {"length", "sex_I", "sex_M"} <= set(other["drift/drift.json"]["drifted"])
    scores = {one["name"]: one["score"] for one in other["drift/drift.json"]["features"]}
    assert scores["prediction"] > 0
    found = other["data-quality/constraint_violations.json"]["violations"]
    assert {one["constraint_check_type"] for one in found} >= {"data_type_check"}


def _monitored(aws, client, package, baseline, name):
    """Run the job that monitoring_job_starter starts; return its documents."""
    settings = JobSettings(
        image=IMAGE,
        instance_type="ml.t3.medium",
        kms_key_arn=aws.client("kms").list_keys()["Keys"][0]["KeyArn"],
        prefix="abalone",
        role_arn=ROLE,
        vpc_config="null",
    )
    values = {
        "bucket": BUCKET,
        "endpoint": "abalone-production",
        "event-bus": "tabular",
        "model": "abalone",
        "namespace": "Evergreen/abalone",
        "now": times.iso(aws.now() + timedelta(minutes=1)),
        "package": package["ModelPackageArn"],
        "stage": "production",
        "variant": "AllTraffic",
        "window-hours": "24",
    }
    analyses = ("data-quality", "drift")
    arguments = [word for option, value in values.items() for word in (f"--{option}", value)]
    arguments += [word for analysis in analyses for word in ("--analysis", analysis)]
    job = processing_jobs.request(
        settings,
        f"monitoring-{name}",
        "sagemaker_pipelines.jobs.monitor",
        arguments,
        inputs={"baseline": baseline},
        outputs={f"report/{one}": f"s3://{BUCKET}/reports/{name}/{one}" for one in analyses},
    )
    client.create_processing_job(**job)
    aws.settle()
    ended = client.describe_processing_job(ProcessingJobName=f"monitoring-{name}")
    assert ended["ProcessingJobStatus"] == "Completed", ended
    files = ("data-quality/constraint_violations.json", "drift/drift.json")
    return {file: document(aws, f"reports/{name}/{file}") for file in files}


def _upload(aws, key, rows):
    """Put rows as a CSV file; return the URI of its folder."""
    body = abalones.text(rows).encode()
    aws.client("s3").put_object(Bucket=BUCKET, Key=key, Body=body)
    return f"s3://{BUCKET}/{key.rpartition('/')[0]}/"


def _opposite_rows():
    """Return rows in which larger animals are younger."""
    return abalones.rows(3000, rings=lambda size: 14 - 8 * size)


def _attributions(aws, folder):
    found = document(aws, f"{folder}/evaluation/attributions.json")
    return found["models"]["abalone"]["features"]


def test_gate_and_data_quality_refuse(aws, sagemaker):
    uri = _upload(aws, "few/a.csv", abalones.rows(40))
    steps, _ = trained(aws, sagemaker, "abalone", DataUri=uri)
    assert "training_rows: got" in steps["RejectData"]["FailureReason"]
    uri = _upload(aws, "refused/a.csv", _opposite_rows())
    _, folder = trained(aws, sagemaker, "abalone", DataUri=uri, Gate="rmse<=0.2")
    evaluation = document(aws, f"{folder}/evaluation/evaluation.json")
    assert evaluation["winner"] is None
    assert "the gate refuses it: rmse is" in evaluation["reason"]
