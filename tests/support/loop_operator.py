"""A person who registers versions in the deployed loop, approves them and runs commands."""

import io
import json
import math
import random
import tarfile
from datetime import timedelta

from common import times
from common.deepar import instance
from common.times import MINUTE, iso
from sagemaker_pipelines.container.algorithms import registry
from sagemaker_pipelines.container.series import parse
from tests.support.deployed_loop import evergreen
from tests.support.feature_records import to_record

IMAGE = "{}.dkr.ecr.eu-west-1.amazonaws.com/evergreen-forecaster:local"
HOURS = 18  # of rows, the first nine before the first version
CALM = 0.02  # standard deviation of the logarithm of fees
HYPERPARAMETERS = {"time_freq": "1min", "context_length": "60", "prediction_length": "30"}


def start_with_rows(aws, *, alone=False):
    """Write the rows of some hours, and advance to the ninth -> the first minute."""
    if not alone:
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
    return start


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
        model = self._put(f"{name}/model/model.tar.gz", body.getvalue())
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
        uri = self._put(f"{name}/evaluation/evaluation.json", json.dumps(evaluation).encode())
        quality = {"Statistics": {"ContentType": "application/json", "S3Uri": uri}}
        types = ["application/json", "application/jsonlines"]
        arn = self.aws.client("sagemaker").create_model_package(
            ModelPackageGroupName=self.outputs["model_package_group_name"],
            ModelApprovalStatus="PendingManualApproval",
            ModelMetrics={"ModelQuality": quality},
            InferenceSpecification={
                "Containers": [{"Image": IMAGE.format(self.aws.account), "ModelDataUrl": model}],
                "SupportedContentTypes": types,
                "SupportedResponseMIMETypes": types,
            },
        )["ModelPackageArn"]
        self.aws.settle()
        return int(arn.rpartition("/")[2])

    def _put(self, name, body):
        bucket, key = self.outputs["bucket_name"], f"training/{iso(self.start)}-{name}"
        self.aws.client("s3").put_object(Bucket=bucket, Key=key, Body=body)
        return f"s3://{bucket}/{key}"

    def deploy(self, version, minutes=5):
        """Approve a version for both stages, and let it serve."""
        self.approve(version)
        self.aws.pass_minutes(minutes)
        assert self.serving() == f"evergreen-production-v{version}"

    def approve(self, version):
        """Approve a version for staging, and when it is tested, for production."""
        for stage in ("staging", "production"):
            self.wait_for_approval(version, stage)
            code, decision = evergreen(self.aws, "approve", str(version))
            assert (code, decision["stage"]) == (0, stage)

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
