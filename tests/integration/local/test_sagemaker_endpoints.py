"""Models, endpoints, invocations and data capture of the local AWS, seen from outside."""

import json
import os
import shutil
import signal
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from local.sagemaker.hosting.serving_container import WORKERS
from sagemaker_pipelines.container import nginx
from tests.support.event_queue import Queue, add_rule
from tests.support.model_archive import SERIES
from tests.support.model_server import children, until
from tests.support.permissions import ROLE

pytestmark = pytest.mark.integration

BUCKET = "endpoint-data"
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/loop-forecaster:1"
NOW = 1728518400000  # the clock's start in milliseconds
MODEL = f"s3://{BUCKET}/model.tar.gz"
REQUEST = {
    "instances": [{"start": "2024-10-10 00:00:00", "target": SERIES[:60]}],
    "configuration": {"num_samples": 20, "output_types": ["quantiles"], "quantiles": ["0.5"]},
}


@pytest.fixture(scope="module")
def sagemaker(aws, archive):
    """Create a good and a broken model, each with a configuration that captures data."""
    s3, client = aws.client("s3"), aws.client("sagemaker")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket=BUCKET, Key="model.tar.gz", Body=archive)
    for name, uri in {"good": MODEL, "broken": f"s3://{BUCKET}/missing.tar.gz"}.items():
        container = {"Image": IMAGE, "ModelDataUrl": uri}
        client.create_model(ModelName=name, ExecutionRoleArn=ROLE, PrimaryContainer=container)
        configure(client, name, name)
    configure(client, "second", "good")
    return client


def configure(client, name, model):
    client.create_endpoint_config(
        EndpointConfigName=name,
        ProductionVariants=[
            {
                "VariantName": "AllTraffic",
                "ModelName": model,
                "InitialInstanceCount": 2,
                "InstanceType": "ml.t2.medium",
            }
        ],
        DataCaptureConfig={
            "EnableCapture": True,
            "InitialSamplingPercentage": 100,
            "DestinationS3Uri": f"s3://{BUCKET}/capture",
            "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
            "CaptureContentTypeHeader": {"JsonContentTypes": ["application/json"]},
        },
    )


@pytest.fixture(scope="module", autouse=True)
def statuses(aws):
    """Return a function that returns the new state changes of an endpoint."""
    queue = Queue(aws, "endpoints")
    pattern = {"detail-type": ["SageMaker Endpoint State Change"]}
    add_rule(aws, "endpoints", {"Arn": queue.arn}, pattern, bus="default")

    def read(name):
        details = [event["detail"] for event in queue.bodies()]
        return [detail for detail in details if detail["EndpointName"] == name]

    return read


@pytest.fixture(scope="module")
def serving(aws, sagemaker, statuses):
    """Create the endpoint `loop` -> its state changes."""
    sagemaker.create_endpoint(EndpointName="loop", EndpointConfigName="good")
    assert sagemaker.describe_endpoint(EndpointName="loop")["EndpointStatus"] == "Creating"
    return statuses("loop")


@pytest.fixture
def invoke(aws, serving):
    def invoke_endpoint(request=REQUEST, name="loop", kind="application/json", **more):
        body = request if isinstance(request, bytes) else json.dumps(request).encode()
        client = aws.client("sagemaker-runtime")
        return client.invoke_endpoint(EndpointName=name, Body=body, ContentType=kind, **more)

    return invoke_endpoint


def captures(aws):
    """Return key and record of every capture, once all are written."""
    aws.settle()
    s3 = aws.client("s3")
    found = s3.list_objects_v2(Bucket=BUCKET, Prefix="capture/").get("Contents", [])
    for item in found:
        body = s3.get_object(Bucket=BUCKET, Key=item["Key"])["Body"].read()
        for line in body.decode().splitlines():
            yield item["Key"], json.loads(line)


def test_new_endpoint_goes_into_service_and_sends_events(sagemaker, serving):
    assert [detail["EndpointStatus"] for detail in serving] == ["CREATING", "IN_SERVICE"]
    last = serving[-1]
    assert last["EndpointArn"] == "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/loop"
    assert last["EndpointConfigName"] == "good"
    assert last["CreationTime"] == last["LastModifiedTime"] == NOW
    described = sagemaker.describe_endpoint(EndpointName="loop")
    assert described["EndpointStatus"] == "InService"
    [variant] = described["ProductionVariants"]
    assert (variant["VariantName"], variant["CurrentInstanceCount"]) == ("AllTraffic", 2)
    assert described["DataCaptureConfig"]["CaptureStatus"] == "Started"


def test_invocation_is_captured(aws, invoke):
    response = invoke(InferenceId="loop-1")
    assert response["InvokedProductionVariant"] == "AllTraffic"
    assert response["ContentType"] == "application/json"
    forecast = json.loads(response["Body"].read())
    assert len(forecast["predictions"][0]["quantiles"]["0.5"]) == 6
    [(key, record)] = [
        (key, record)
        for key, record in captures(aws)
        if record["eventMetadata"].get("inferenceId") == "loop-1"
    ]
    assert key.startswith("capture/loop/AllTraffic/2024/10/10/00/")
    assert key.endswith(".jsonl")
    assert record["eventVersion"] == "0"
    assert record["eventMetadata"]["inferenceTime"] == "2024-10-10T00:00:00Z"
    assert record["eventMetadata"]["eventId"]
    request, output = (record["captureData"][name] for name in ("endpointInput", "endpointOutput"))
    assert (request["mode"], request["encoding"]) == ("INPUT", "JSON")
    assert request["observedContentType"] == "application/json"
    assert json.loads(request["data"]) == REQUEST
    assert json.loads(output["data"]) == forecast


def test_error_of_the_model_is_a_model_error_with_its_status(invoke):
    with pytest.raises(ClientError) as refused:
        invoke({"instances": []})
    response = refused.value.response
    assert response["Error"]["Code"] == "ModelError"
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 424
    assert response["OriginalStatusCode"] == 400
    assert "instances" in response["OriginalMessage"]


def test_update_replaces_the_configuration_without_interruption(aws, sagemaker, invoke, statuses):
    sagemaker.update_endpoint(EndpointName="loop", EndpointConfigName="second")
    described = sagemaker.describe_endpoint(EndpointName="loop")
    assert described["EndpointStatus"] == "Updating"
    assert invoke()["InvokedProductionVariant"] == "AllTraffic"
    with pytest.raises(ClientError, match="in-progress"):
        sagemaker.update_endpoint(EndpointName="loop", EndpointConfigName="good")
    details = statuses("loop")
    assert [detail["EndpointStatus"] for detail in details] == ["UPDATING", "IN_SERVICE"]
    assert details[-1]["EndpointConfigName"] == "second"
    assert invoke()["InvokedProductionVariant"] == "AllTraffic"


def test_failed_update_leaves_the_old_configuration_in_service(sagemaker, invoke, statuses):
    before = sagemaker.describe_endpoint(EndpointName="loop")["EndpointConfigName"]
    sagemaker.update_endpoint(EndpointName="loop", EndpointConfigName="broken")
    assert statuses("loop")[-1]["EndpointStatus"] == "IN_SERVICE"
    described = sagemaker.describe_endpoint(EndpointName="loop")
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", before)
    assert described["FailureReason"]
    assert invoke()["InvokedProductionVariant"] == "AllTraffic"


def test_endpoint_that_cannot_start_fails_with_a_reason(sagemaker, statuses, invoke):
    sagemaker.create_endpoint(EndpointName="failing", EndpointConfigName="broken")
    details = statuses("failing")
    assert [detail["EndpointStatus"] for detail in details] == ["CREATING", "FAILED"]
    described = sagemaker.describe_endpoint(EndpointName="failing")
    assert described["EndpointStatus"] == "Failed"
    assert "missing.tar.gz" in described["FailureReason"]
    with pytest.raises(ClientError, match="ValidationError"):
        invoke(name="failing")


def test_registered_package_is_served_like_a_model(sagemaker, statuses, invoke):
    sagemaker.create_model_package_group(ModelPackageGroupName="loop-models")
    arn = sagemaker.create_model_package(
        ModelPackageGroupName="loop-models",
        ModelApprovalStatus="Approved",
        InferenceSpecification={
            "Containers": [{"Image": IMAGE, "ModelDataUrl": MODEL}],
            "SupportedContentTypes": ["application/json"],
            "SupportedResponseMIMETypes": ["application/json"],
        },
    )["ModelPackageArn"]
    container = {"ModelPackageName": arn}
    sagemaker.create_model(ModelName="v1", ExecutionRoleArn=ROLE, PrimaryContainer=container)
    described = sagemaker.describe_model(ModelName="v1")
    assert described["PrimaryContainer"]["ModelPackageName"] == arn
    configure(sagemaker, "staging-v1", "v1")
    sagemaker.create_endpoint(EndpointName="staging", EndpointConfigName="staging-v1")
    assert statuses("staging")[-1]["EndpointStatus"] == "IN_SERVICE"
    assert invoke(name="staging")["InvokedProductionVariant"] == "AllTraffic"


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_instances_have_the_processes_of_the_image(aws, invoke):
    def complete():
        return [pid for pid in model_servers(aws) if len(children(pid)) == WORKERS]

    until(lambda: len(complete()) >= 2)  # of two instances, which answer with their first worker
    servers = complete()
    killed = {min(children(pid)) for pid in servers}
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    for _ in range(10):
        assert invoke()["InvokedProductionVariant"] == "AllTraffic"

    def replaced():
        # Servers of endpoints that other tests have just deleted may end meanwhile.
        alive = [pid for pid in servers if Path(f"/proc/{pid}").exists()]
        assert len(alive) >= 2
        return all(len(children(pid) - killed) == WORKERS for pid in alive)

    until(replaced)


def model_servers(aws):
    """Return the ids of the processes that serve models of this local AWS."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ")
            if b"sagemaker_pipelines.container serve" in command and (
                str(aws.home).encode() in (folder / "environ").read_bytes()
            ):
                yield int(folder.name)


@pytest.mark.skipif(
    shutil.which("nginx", path=f"{os.environ['PATH']}:{nginx.SBIN}") is None,
    reason="nginx is not installed (Debian: apt-get install nginx-light)",
)
def test_nginx_is_before_the_model_server_if_the_model_asks_for_it(sagemaker, statuses, invoke):
    create_with(sagemaker, "nginx", {"MODEL_SERVER_NGINX": "true"})
    assert statuses("nginx")[-1]["EndpointStatus"] == "IN_SERVICE"
    answer = json.loads(invoke(name="nginx")["Body"].read())
    assert answer == json.loads(invoke()["Body"].read())
    sagemaker.delete_endpoint(EndpointName="nginx")


def test_wrong_switch_of_nginx_is_the_reason_of_the_failure(sagemaker, statuses):
    create_with(sagemaker, "maybe", {"MODEL_SERVER_NGINX": "maybe"})
    assert statuses("maybe")[-1]["EndpointStatus"] == "FAILED"
    reason = sagemaker.describe_endpoint(EndpointName="maybe")["FailureReason"]
    assert "MODEL_SERVER_NGINX: got 'maybe', expected true or false" in reason


def create_with(client, name, environment):
    """Create a model with environment variables, and its endpoint."""
    container = {"Image": IMAGE, "ModelDataUrl": MODEL, "Environment": environment}
    client.create_model(ModelName=name, ExecutionRoleArn=ROLE, PrimaryContainer=container)
    configure(client, name, name)
    client.create_endpoint(EndpointName=name, EndpointConfigName=name)


def test_deleted_endpoint_is_gone_with_its_process(aws, sagemaker, invoke, statuses):
    sagemaker.create_endpoint(EndpointName="short", EndpointConfigName="good")
    statuses("short")
    sagemaker.delete_endpoint(EndpointName="short")
    assert [detail["EndpointStatus"] for detail in statuses("short")] == ["DELETING"]
    with pytest.raises(ClientError, match="Could not find endpoint"):
        sagemaker.describe_endpoint(EndpointName="short")
    with pytest.raises(ClientError, match="not found"):
        invoke(name="short")
    assert not list((aws.home / "work" / "endpoints").glob("short-*"))


@pytest.mark.parametrize("kind", ["model", "endpoint_config", "endpoint"])
def test_missing_resource_is_reported_as_terraform_expects(sagemaker, kind):
    field = {"model": "ModelName", "endpoint_config": "EndpointConfigName"}.get(
        kind, "EndpointName"
    )
    words = kind.replace("_config", " configuration")
    for verb in ("describe", "delete"):
        with pytest.raises(ClientError, match=f'Could not find {words} "arn:aws') as missing:
            getattr(sagemaker, f"{verb}_{kind}")(**{field: "none"})
        assert missing.value.response["Error"]["Code"] == "ValidationException"


def test_name_of_an_existing_resource_is_rejected(sagemaker, serving):
    with pytest.raises(ClientError, match="already existing model"):
        sagemaker.create_model(
            ModelName="good",
            ExecutionRoleArn=ROLE,
            PrimaryContainer={"Image": IMAGE, "ModelDataUrl": MODEL},
        )
    with pytest.raises(ClientError, match="already existing endpoint configuration"):
        configure(sagemaker, "good", "good")
    with pytest.raises(ClientError, match="already existing endpoint"):
        sagemaker.create_endpoint(EndpointName="loop", EndpointConfigName="good")
    listed = sagemaker.list_endpoints(NameContains="loop")["Endpoints"]
    assert [endpoint["EndpointStatus"] for endpoint in listed] == ["InService"]
