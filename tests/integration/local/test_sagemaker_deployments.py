"""Variants, shadow variants, traffic shift and rollback of endpoints, under load."""

import json
from collections import Counter

import pytest
from botocore.exceptions import ClientError

from tests.support import served_models
from tests.support.event_queue import Queue, add_rule
from tests.support.served_models import BUCKET, REQUEST, load, variant

pytestmark = pytest.mark.integration

DIMENSIONS = [
    {"Name": "EndpointName", "Value": "loop"},
    {"Name": "VariantName", "Value": "AllTraffic"},
]
CAPTURE = {
    "EnableCapture": True,
    "InitialSamplingPercentage": 100,
    "DestinationS3Uri": f"s3://{BUCKET}/capture",
    "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
}


@pytest.fixture(scope="module")
def sagemaker(aws):
    """Create an endpoint with two instances, and an alarm of its errors."""
    served_models.create(aws, good=6, better=7, failing="six")
    client = aws.client("sagemaker")
    for name in ("good", "better", "failing"):
        client.create_endpoint_config(
            EndpointConfigName=name, ProductionVariants=[variant("AllTraffic", name, count=2)]
        )
    aws.client("cloudwatch").put_metric_alarm(
        AlarmName="errors",
        Namespace="AWS/SageMaker",
        MetricName="Invocation5XXErrors",
        Dimensions=DIMENSIONS,
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
    )
    client.create_endpoint(EndpointName="loop", EndpointConfigName="good")
    aws.settle()
    return client


@pytest.fixture(scope="module")
def events(aws, sagemaker):
    queue = Queue(aws, "deployments")
    pattern = {"detail-type": [{"prefix": "SageMaker Endpoint"}]}
    add_rule(aws, "deployments", {"Arn": queue.arn}, pattern, bus="default")
    return queue


def deployment(kind, wait, **size):
    routing = {"Type": kind, "WaitIntervalInSeconds": wait, **size}
    return {
        "BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": routing},
        "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "errors"}]},
    }


ONE = {"Type": "INSTANCE_COUNT", "Value": 1}
CANARY = deployment("CANARY", 600, CanarySize=ONE)
LINEAR = deployment("LINEAR", 60, LinearStepSize=ONE)


def update(aws, sagemaker, config, deployment):
    """Start an update and wait until the first requests go to the new fleet."""
    sagemaker.update_endpoint(
        EndpointName="loop", EndpointConfigName=config, DeploymentConfig=deployment
    )
    aws.settle()
    described = sagemaker.describe_endpoint(EndpointName="loop")
    summary = described["PendingDeploymentSummary"]
    assert (described["EndpointStatus"], summary["EndpointConfigName"]) == ("Updating", config)
    [pending] = summary["ProductionVariants"]
    assert pending["VariantStatus"][0]["Status"] == "Baking"


def served(sagemaker):
    found = sagemaker.describe_endpoint(EndpointName="loop")
    return found["EndpointStatus"], found["EndpointConfigName"], found.get("FailureReason")


def check_failing_version(aws, sagemaker, events):
    """A failing version gets only its share, and is rolled back."""
    with load(aws, "loop") as sent:
        assert set(sent.more()) == {"answered"}
        update(aws, sagemaker, "failing", CANARY)
        shares = Counter(sent.more(40))
        assert shares.keys() == {"answered", "ModelError"}
        assert 18 <= shares["ModelError"] <= 22  # half of them, by one of two instances
        aws.pass_minutes(2)
        status, config, reason = served(sagemaker)
        assert (status, config) == ("InService", "good")
        assert "errors" in reason
        sent.more(4)  # that the four requests on their way are answered
        assert set(sent.more(40)) == {"answered"}
        answers = Counter(sent.answers)
    assert answers.keys() == {"answered", "ModelError"}
    assert answers["ModelError"] <= answers["answered"]
    bodies = events.bodies()
    states = [
        body["detail"]["EndpointStatus"]
        for body in bodies
        if body["detail-type"] == "SageMaker Endpoint State Change"
    ]
    assert states == ["UPDATING", "ROLLING_BACK", "IN_SERVICE"]
    phases = [
        body["detail"]["PendingDeploymentSummary"]["ProductionVariants"][0]["VariantStatus"][0]
        for body in bodies
        if body["detail-type"] == "SageMaker Endpoint Deployment State Change"
        and body["detail"]["PendingDeploymentSummary"]["ProductionVariants"]
    ]
    found = [phase["Status"] for phase in phases]
    assert found == ["ActivatingTraffic", "Baking", "Deleting"]
    assert phases[0]["StartTime"] > 1e12  # milliseconds


def check_linear_shift(aws, sagemaker):
    """A linear shift replaces the version without a failed request."""
    aws.pass_minutes(3)  # the alarm of the test before is over
    with load(aws, "loop") as sent:
        update(aws, sagemaker, "better", LINEAR)
        sent.more()
        aws.pass_minutes(2)
        assert served(sagemaker) == ("InService", "better", None)
        sent.more()
    assert set(sent.answers) == {"answered"}
    [summary] = sagemaker.describe_endpoint(EndpointName="loop")["ProductionVariants"]
    assert summary["CurrentInstanceCount"] == 2


def check_metrics(aws):
    """The metrics of each variant are in CloudWatch."""
    end = aws.now()
    found = aws.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/SageMaker",
        MetricName="InvocationsPerInstance",
        Dimensions=DIMENSIONS,
        StartTime=end.replace(hour=0, minute=0),
        EndTime=end,
        Period=3600,
        Statistics=["Sum", "Maximum"],
    )["Datapoints"]
    # While an instance is replaced, the other one has all requests.
    assert {point["Maximum"] for point in found} <= {0.5, 1.0}
    assert sum(point["Sum"] for point in found) > 20


def test_shifts_of_one_endpoint_one_after_the_other(aws, sagemaker, events):
    check_failing_version(aws, sagemaker, events)
    check_linear_shift(aws, sagemaker)
    check_metrics(aws)


def test_deployment_that_cannot_work_is_refused(sagemaker):
    def attempt(**changed):
        sagemaker.update_endpoint(
            EndpointName="loop", EndpointConfigName="good", DeploymentConfig=changed
        )

    two = {"Type": "INSTANCE_COUNT", "Value": 2}
    with pytest.raises(ClientError, match="CanarySize: got 100%"):
        attempt(**deployment("CANARY", 60, CanarySize=two))
    missing = {"Alarms": [{"AlarmName": "none"}]}
    with pytest.raises(ClientError, match="Alarms not found: none"):
        attempt(**CANARY | {"AutoRollbackConfiguration": missing})


def create_split(aws, sagemaker):
    """Create an endpoint with two variants."""
    sagemaker.create_endpoint_config(
        EndpointConfigName="split",
        ProductionVariants=[variant("A", "good", 0.75), variant("B", "better", 0.25)],
    )
    sagemaker.create_endpoint(EndpointName="split", EndpointConfigName="split")
    aws.settle()


def invoke(aws, name, **more):
    client = aws.client("sagemaker-runtime")
    found = client.invoke_endpoint(EndpointName=name, **REQUEST, **more)
    mean = json.loads(found["Body"].read())["predictions"][0]["mean"]
    return found["InvokedProductionVariant"], len(mean)


def check_weights(aws):
    """Variants answer by weight, or as named."""
    assert Counter(invoke(aws, "split") for _ in range(8)) == {("A", 6): 6, ("B", 7): 2}
    assert invoke(aws, "split", TargetVariant="B") == ("B", 7)
    with pytest.raises(ClientError, match="Variant C not found"):
        invoke(aws, "split", TargetVariant="C")


def check_changes(aws, sagemaker):
    """Weights and counts of variants are changed."""
    sagemaker.update_endpoint_weights_and_capacities(
        EndpointName="split",
        DesiredWeightsAndCapacities=[
            {"VariantName": "A", "DesiredWeight": 0},
            {"VariantName": "B", "DesiredInstanceCount": 2},
        ],
    )
    aws.settle()
    assert {invoke(aws, "split") for _ in range(4)} == {("B", 7)}
    described = sagemaker.describe_endpoint(EndpointName="split")
    variants = {item["VariantName"]: item for item in described["ProductionVariants"]}
    assert variants["A"]["CurrentWeight"] == 0
    assert variants["B"]["CurrentInstanceCount"] == 2
    assert len(list((aws.home / "work" / "endpoints").glob("split-*"))) == 3


def check_retained_properties(aws, sagemaker):
    """An update can retain instance counts and weights."""
    sagemaker.update_endpoint(
        EndpointName="split",
        EndpointConfigName="split",
        RetainAllVariantProperties=True,
        ExcludeRetainedVariantProperties=[{"VariantPropertyType": "DesiredWeight"}],
    )
    aws.settle()
    described = sagemaker.describe_endpoint(EndpointName="split")
    found = {
        item["VariantName"]: (item["CurrentInstanceCount"], item["CurrentWeight"])
        for item in described["ProductionVariants"]
    }
    assert found == {"A": (1, 0.75), "B": (2, 0.25)}


def test_variants_of_one_endpoint_by_weight_changed_and_retained(aws, sagemaker):
    create_split(aws, sagemaker)
    check_weights(aws)
    check_changes(aws, sagemaker)
    check_retained_properties(aws, sagemaker)


def test_shadow_variant_gets_copies_and_never_answers(aws, sagemaker):
    sagemaker.create_endpoint_config(
        EndpointConfigName="shadowed",
        ProductionVariants=[variant("A", "good")],
        ShadowProductionVariants=[variant("B", "better", 0.5)],
        DataCaptureConfig=CAPTURE,
    )
    sagemaker.create_endpoint(EndpointName="shadowed", EndpointConfigName="shadowed")
    aws.settle()
    assert {invoke(aws, "shadowed", InferenceId=f"id-{n}") for n in range(4)} == {("A", 6)}
    aws.settle()
    s3, found = aws.client("s3"), {}
    for item in s3.list_objects_v2(Bucket=BUCKET, Prefix="capture/shadowed/")["Contents"]:
        record = json.loads(s3.get_object(Bucket=BUCKET, Key=item["Key"])["Body"].read())
        found.setdefault(item["Key"].split("/")[2], []).append(record["eventMetadata"])
    assert {name: len(records) for name, records in found.items()} == {"A": 4, "B": 2}
    assert {record["invocationSource"] for record in found["B"]} == {"ShadowExperiment"}
    assert not any("invocationSource" in record for record in found["A"])


def test_serverless_endpoint_has_no_capture(aws, sagemaker):
    serverless = {"ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 2}}
    body = {"VariantName": "AllTraffic", "ModelName": "good", **serverless}
    with pytest.raises(ClientError, match="Data capture is not supported"):
        sagemaker.create_endpoint_config(
            EndpointConfigName="captured", ProductionVariants=[body], DataCaptureConfig=CAPTURE
        )
    sagemaker.create_endpoint_config(EndpointConfigName="serverless", ProductionVariants=[body])
    sagemaker.create_endpoint(EndpointName="serverless", EndpointConfigName="serverless")
    aws.settle()
    assert invoke(aws, "serverless") == ("AllTraffic", 6)
    [found] = sagemaker.describe_endpoint(EndpointName="serverless")["ProductionVariants"]
    assert found["CurrentServerlessConfig"]["MaxConcurrency"] == 2


TARGET = {
    "ServiceNamespace": "sagemaker",
    "ResourceId": "endpoint/scaled/variant/AllTraffic",
    "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
}
TRACKING = {
    "TargetValue": 10,
    "PredefinedMetricSpecification": {
        "PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"
    },
    "ScaleInCooldown": 300,
    "ScaleOutCooldown": 60,
}


@pytest.fixture(scope="module")
def scaling(aws, sagemaker):
    """Create an endpoint that has one to three instances, 10 invocations a minute for each."""
    for name, kind in {"scaled": "ml.m5.large", "burstable": "ml.t2.medium"}.items():
        body = variant("AllTraffic", "good", kind=kind)
        sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[body])
        sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
    aws.settle()
    client = aws.client("application-autoscaling")
    client.register_scalable_target(**TARGET, MinCapacity=1, MaxCapacity=3)
    client.put_scaling_policy(
        **TARGET,
        PolicyName="invocations",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration=TRACKING,
    )
    return client


def instances(sagemaker):
    [found] = sagemaker.describe_endpoint(EndpointName="scaled")["ProductionVariants"]
    return found["CurrentInstanceCount"]


def send(aws, minutes, each):
    """Send requests in every minute."""
    for _ in range(minutes):
        for _ in range(each):
            invoke(aws, "scaled")
        aws.pass_minutes(1)


def check_deregistration(aws, scaling):
    """A deregistered target has no alarms."""
    cloudwatch = aws.client("cloudwatch")
    prefix = "TargetTracking-endpoint/scaled/"
    assert len(cloudwatch.describe_alarms(AlarmNamePrefix=prefix)["MetricAlarms"]) == 2
    scaling.deregister_scalable_target(**TARGET)
    assert cloudwatch.describe_alarms(AlarmNamePrefix=prefix)["MetricAlarms"] == []
    with pytest.raises(ClientError, match="No scalable target"):
        scaling.deregister_scalable_target(**TARGET)


def test_instances_follow_the_invocations(aws, sagemaker, scaling):
    aws.next_hour()
    send(aws, 2, 25)
    assert instances(sagemaker) == 1  # not yet three minutes
    send(aws, 1, 25)
    aws.until(lambda: instances(sagemaker) == 3)
    assert len(list((aws.home / "work" / "endpoints").glob("scaled-*"))) == 3
    aws.pass_minutes(10)
    assert instances(sagemaker) == 3  # without requests there is no metric
    send(aws, 16, 1)
    aws.until(lambda: instances(sagemaker) == 1)
    activities = scaling.describe_scaling_activities(ServiceNamespace="sagemaker")
    descriptions = [item["Description"] for item in activities["ScalingActivities"]]
    assert descriptions == [f"Setting desired instance count to {n}." for n in (1, 3)]
    check_deregistration(aws, scaling)


def test_burstable_and_unknown_variants_are_not_scaled(scaling):
    for resource, message in (("burstable", "ml.t2.medium"), ("missing", "Could not find")):
        changed = {"ResourceId": f"endpoint/{resource}/variant/AllTraffic"}
        with pytest.raises(ClientError, match=message):
            scaling.register_scalable_target(**TARGET | changed, MinCapacity=1, MaxCapacity=3)
