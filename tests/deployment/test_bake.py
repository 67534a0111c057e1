"""Versions approved twice by hand; one that is worse on purpose is rolled back by itself."""

import io
import json
import math
import random
import tarfile
from datetime import timedelta

import pytest

from common import times
from common.deepar import instance
from common.times import MINUTE, iso
from sagemaker_pipelines.container.algorithms import registry
from sagemaker_pipelines.container.series import parse
from scripts import local_terraform
from tests.support.deployed_loop import deployed, evergreen
from tests.support.deployed_variables import VARIABLES
from tests.support.feature_records import to_record

pytestmark = pytest.mark.integration

IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/evergreen-forecaster:local"
HOURS = 18  # of rows, the first nine before the first version
CALM, WILD = 0.02, 1.5  # standard deviation of the logarithm of fees
HYPERPARAMETERS = {"time_freq": "1min", "context_length": "60", "prediction_length": "30"}


def fees(first, count, deviation):
    noise = random.Random(7)
    return [
        2000 * math.exp(0.1 * math.sin(number / 10) + noise.gauss(0, deviation))
        for number in range(count)
    ]


class Operator:
    """Registers versions and runs commands, as a person would."""

    def __init__(self, aws, outputs, start):
        self.aws, self.outputs, self.start = aws, outputs, start

    def register(self, name, folder, algorithm, deviation):
        """Train a version on fees that scatter so much, and register it."""
        folder = folder / name
        folder.mkdir()
        series = parse(instance(self.start, fees(self.start, 400, deviation)))
        registry.fit(algorithm, [series], HYPERPARAMETERS, folder)
        body = io.BytesIO()
        with tarfile.open(fileobj=body, mode="w:gz") as tar:
            for file in folder.iterdir():
                tar.add(file, file.name)
        model = self._put(f"{name}/model.tar.gz", body.getvalue())
        # Its windows claim a loss far above the reference's, so the loss alarm expects it.
        windows = [
            {
                "first_minute": iso(self.start + number * 30 * MINUTE),
                "wql": 0.9,
                "reference_wql": 0.1,
            }
            for number in range(24)
        ]
        evaluation = {"trained_at": iso(self.aws.now()), "windows": windows}
        uri = self._put(f"{name}/evaluation.json", json.dumps(evaluation).encode())
        quality = {"Statistics": {"ContentType": "application/json", "S3Uri": uri}}
        types = ["application/json", "application/jsonlines"]
        arn = self.aws.client("sagemaker").create_model_package(
            ModelPackageGroupName=self.outputs["model_package_group_name"],
            ModelApprovalStatus="PendingManualApproval",
            ModelMetrics={"ModelQuality": quality},
            InferenceSpecification={
                "Containers": [{"Image": IMAGE, "ModelDataUrl": model}],
                "SupportedContentTypes": types,
                "SupportedResponseMIMETypes": types,
            },
        )["ModelPackageArn"]
        self.aws.settle()
        return int(arn.rpartition("/")[2])

    def _put(self, name, body):
        bucket, key = self.outputs["bucket_name"], f"training/{iso(self.start)}/{name}"
        self.aws.client("s3").put_object(Bucket=bucket, Key=key, Body=body)
        return f"s3://{bucket}/{key}"

    def deploy(self, version):
        """Approve a version for staging, and when it is tested, for production."""
        for stage in ("staging", "production"):
            self.wait_for_approval(version, stage)
            code, decision = evergreen(self.aws, "approve", str(version))
            assert (code, decision["stage"]) == (0, stage)
        self.aws.pass_minutes(5)
        assert self.serving() == f"evergreen-production-v{version}"

    def wait_for_approval(self, version, stage):
        for _ in range(20):
            pending = evergreen(self.aws, "status")[1]["pending"]
            if (stage, version) in {(row["stage"], row["version"]) for row in pending}:
                return
            self.aws.pass_minutes(1)
        raise AssertionError(f"model {version} does not wait for the approval for {stage}")

    def serving(self):
        described = self.aws.client("sagemaker").describe_endpoint(
            EndpointName="evergreen-production"
        )
        assert described["EndpointStatus"] == "InService"
        return described["EndpointConfigName"]

    def withdraw(self):
        """Restore what other tests expect: no version, and no production to measure."""
        sagemaker = self.aws.client("sagemaker")
        sagemaker.delete_endpoint(EndpointName="evergreen-production")
        listed = sagemaker.list_model_packages(ModelPackageGroupName="evergreen-models")
        for package in listed["ModelPackageSummaryList"]:
            sagemaker.delete_model_package(ModelPackageName=package["ModelPackageArn"])
        name, value = "/evergreen/quality/threshold", json.dumps({"value": None, "set_by": None})
        self.aws.client("ssm").put_parameter(Name=name, Value=value, Overwrite=True)
        self.aws.settle()

    def history(self):
        code, document = evergreen(self.aws, "history")
        assert code == 0
        return document

    def decisions(self, kind):
        events = self.aws.client("logs").filter_log_events(logGroupName="/evergreen/decisions")
        found = [json.loads(event["message"]) for event in events["events"]]
        return [event["detail"] for event in found if event["detail-type"] == kind]


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    with deployed(tmp_path_factory.mktemp("bake")) as aws:
        yield aws


@pytest.fixture(scope="module")
def outputs(aws):
    return local_terraform.output(aws.home)


@pytest.fixture(scope="module")
def operator(aws, outputs):
    aws.pass_minutes(49 * 60)  # the requests must not contain rows of other tests
    start = aws.next_hour()
    store = aws.client("sagemaker-featurestore-runtime")
    for minute, fee in zip(
        times.minutes(start, HOURS * 60), fees(start, HOURS * 60, CALM), strict=True
    ):
        values = {
            "tx_minute": minute,
            "total_nb_trx_1min": "1",
            "total_fee_1min": str(round(fee)),
            "avg_fee_1min": f"{round(fee)}.0",
            "event_time": minute.replace("Z", ".000Z"),
        }
        store.put_record(FeatureGroupName="evergreen-minutes", Record=to_record(values))
    aws.advance(iso(start + timedelta(hours=8, minutes=30)))
    aws.settle()
    operator = Operator(aws, outputs, start)
    yield operator
    operator.withdraw()


@pytest.fixture(scope="module")
def versions(operator, tmp_path_factory):
    """Deploy a good version and a worse one, then measure three times -> their numbers."""
    folder = tmp_path_factory.mktemp("models")
    good = operator.register("good", folder, "reference", CALM)
    operator.deploy(good)
    worse = operator.register("worse", folder, "gradient_boosting", WILD)
    operator.deploy(worse)
    for _ in range(4):  # the windows of the first hour begin before the end of its training
        operator.aws.next_hour()
        operator.aws.settle()
    operator.aws.pass_minutes(10)
    return good, worse


def test_both_approvals_are_in_the_decision_log(operator, versions):
    deployed = [
        (detail["stage"], detail["package_version"], detail.get("approval", {}).get("path"))
        for detail in operator.decisions("Model Deployed")
        if detail["package_version"] in versions
    ]
    good, worse = versions
    assert deployed[:4] == [
        ("staging", good, None),
        ("production", good, "evergreen approve"),
        ("staging", worse, None),
        ("production", worse, "evergreen approve"),
    ]


def test_worse_version_is_rolled_back_by_itself(operator, versions):
    good, worse = versions
    [check] = [row for row in operator.history()["bake_checks"] if row["package_version"] == worse]
    assert (check["verdict"], check["replaced_version"]) == ("rolled back", good)
    assert check["windows"] == 6
    assert check["low"] > 1
    assert operator.serving() == f"evergreen-production-v{good}"


def test_rollback_is_a_decision_with_its_numbers(operator, versions):
    good, _ = versions
    deployed = operator.decisions("Model Deployed")
    last = [detail for detail in deployed if detail["stage"] == "production"][-1]
    assert last["package_version"] == good
    assert last["approval"]["path"] == "automatic rollback"
    assert "times the loss of model" in last["approval"]["comment"]


def test_version_that_returned_is_not_compared_again(operator, versions):
    for _ in range(4):
        operator.aws.next_hour()
        operator.aws.settle()
    good, _ = versions
    assert [row["package_version"] for row in operator.history()["bake_checks"]].count(good) == 0
    assert operator.serving() == f"evergreen-production-v{good}"


def test_rejected_version_leaves_production_as_it_is(operator, versions, tmp_path):
    good, _ = versions
    version = operator.register("rejected", tmp_path, "reference", CALM)
    operator.wait_for_approval(version, "staging")
    assert evergreen(operator.aws, "approve", str(version))[0] == 0
    operator.wait_for_approval(version, "production")
    endpoints = operator.aws.client("sagemaker").list_endpoints()["Endpoints"]
    names = [endpoint["EndpointName"] for endpoint in endpoints]
    assert names == ["evergreen-production"], "staging exists only until it is tested"
    assert evergreen(operator.aws, "reject", str(version), "--comment", "no")[0] == 0
    operator.aws.settle()
    assert operator.serving() == f"evergreen-production-v{good}"
    failed = operator.history()["failed_deployments"][-1]
    assert (failed["stage"], failed["error"], failed["cause"]) == (
        "production",
        "ApprovalRejected",
        "no",
    )


def test_loop_is_paused_and_resumed(operator, versions):
    aws, (good, _) = operator.aws, versions
    events, rule = aws.client("events"), "evergreen-monitoring-collector-hourly-production"
    code, paused = evergreen(aws, "pause", "--reason", "a test")
    assert (code, paused["endpoints"]["production"]) == (0, f"evergreen-production-v{good}")
    assert aws.client("sagemaker").list_endpoints()["Endpoints"] == []
    assert events.describe_rule(Name=rule)["State"] == "DISABLED"
    try:
        status = evergreen(aws, "status")[1]
        assert (status["paused"]["phase"], status["paused"]["reason"]) == ("paused", "a test")
        assert evergreen(aws, "approve")[0] == 1
        assert local_terraform.plan_changes(aws.home, VARIABLES) == 0, "an apply does not resume"
        aws.pass_minutes(5 * 60)
        silent = ["evergreen-features-stale", "evergreen-production-unmonitored"]
        alarms = aws.client("cloudwatch").describe_alarms(AlarmNames=silent)["MetricAlarms"]
        assert [alarm["ActionsEnabled"] for alarm in alarms] == [False, False]
    finally:
        resumed = [evergreen(aws, "resume")[0] for _ in range(2)]
    assert resumed == [0, 0]
    assert operator.serving() == f"evergreen-production-v{good}"
    assert events.describe_rule(Name=rule)["State"] == "ENABLED"
    assert evergreen(aws, "status")[1]["paused"] is None
