"""The abalone model deployed: trained by an upload, measured by its clients, renewed."""

import json
import os
import random
import shutil

import pytest
import requests

from sagemaker_pipelines.container.nginx import SBIN
from scripts import local_terraform
from scripts.provider import TABULAR
from tests.support import abalones
from tests.support.deployed_loop import billed_alarms, deployed, evergreen

pytestmark = pytest.mark.integration

VARIABLES = {
    "prefix": "abalone",
    "model": "abalone",
    "image_tag": "local",
    "deletion_protection": False,
    "approval_policy": "automatic",
    "monitoring": {"bake_readings": [3]},
    "retraining": {"on_drift": True},
    # Where nginx is installed, the whole life of a model is with it before the model server.
    "endpoints": {"nginx": shutil.which("nginx", path=f"{os.environ['PATH']}:{SBIN}") is not None},
}
ENDPOINT = "abalone-production"
REQUESTS = 40  # of a client in an hour
DRIFTING = {*("sex_F", "sex_I", "sex_M"), *abalones.COLUMNS[1:-1], "prediction"}
OTHER_SEA = {"rings": lambda size: 22 - 14 * size}  # where large animals are young


class Clients:
    """Send rows to production with inference ids, and say an hour later how old they were."""

    def __init__(self, aws, bucket):
        self.aws, self.bucket, self.count = aws, bucket, 0

    def send(self, *rows):
        """Send a request with rows; return its inference id."""
        self.count += 1
        name = f"client-{self.count}"
        self.aws.client("sagemaker-runtime").invoke_endpoint(
            EndpointName=ENDPOINT,
            Body="".join(f"{','.join(row)}\n" for row in rows).encode(),
            ContentType="text/csv",
            InferenceId=name,
        )
        return name

    def hour(self, **options):
        """Let an hour pass in which requests are answered and their ground truth is collected."""
        now = self.aws.now()
        rows = abalones.rows(REQUESTS, seed=self.count, **options)
        records = []
        for *features, rings in rows:
            name = self.send(features)
            records.append(
                {
                    "groundTruthData": {"data": rings, "encoding": "CSV"},
                    "eventMetadata": {"eventId": name},
                    "eventVersion": "0",
                }
            )
        random.Random(self.count).shuffle(records)
        body = "".join(f"{json.dumps(record)}\n" for record in records).encode()
        key = f"ground-truth/{ENDPOINT}/AllTraffic/{now:%Y/%m/%d/%H}/clients.jsonl"
        self.aws.client("s3").put_object(Bucket=self.bucket, Key=key, Body=body)
        self.aws.next_hour()
        self.aws.pass_minutes(1)


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    home = tmp_path_factory.mktemp("tabular")
    with deployed(home, TABULAR, VARIABLES) as aws:
        yield aws


@pytest.fixture(scope="module")
def bucket(aws):
    return local_terraform.output(aws.home, TABULAR)["bucket_name"]


def command(aws, *arguments):
    code, document = evergreen(aws, *arguments, "--prefix", "abalone")
    assert code == 0, document
    return document


def upload(aws, bucket, name, rows):
    body = abalones.text(rows).encode()
    aws.client("s3").put_object(Bucket=bucket, Key=f"training-data/{name}.csv", Body=body)
    aws.settle()


def versions(aws):
    return {stage["stage"]: stage["version"] for stage in command(aws, "status")["endpoints"]}


def settled(aws, minutes=30):
    """Let a training and its deployment end."""
    for _ in range(minutes):
        aws.pass_minutes(1)


def test_upload_trains_and_deploys_the_first_version(aws, bucket):
    upload(aws, bucket, "first", abalones.rows(3000))
    settled(aws)
    assert versions(aws)["production"] == 1


def test_api_answers_with_rings_and_age(aws):
    url = command(aws, "api", "url")["url"]
    key = command(aws, "api", "key")["key"]
    features = dict(zip(abalones.COLUMNS, abalones.rows(1)[0], strict=True))
    del features["rings"]
    numbers = {k: v if k == "sex" else float(v) for k, v in features.items()}
    answer = requests.post(
        f"{url}/stream", json=numbers, headers={"x-api-key": key}, timeout=30
    ).json()
    assert answer["age"] == pytest.approx(answer["rings"] + 1.5)
    refused = requests.post(f"{url}/stream", json=numbers, timeout=30)
    assert refused.status_code == 403
    bad = requests.post(
        f"{url}/stream", json={**numbers, "sex": "?"}, headers={"x-api-key": key}, timeout=30
    )
    assert (bad.status_code, bad.json()["errors"][0]["pointer"]) == (400, "/sex")


def test_uploaded_file_is_scored(aws, bucket):
    rows = [",".join(row[:-1]) for row in abalones.rows(500, seed=3)]
    rows.insert(7, "unknown,1,2")
    body = "\n".join(rows).encode()
    key = "batchdata/input/today/sea.csv"
    aws.client("s3").put_object(Bucket=bucket, Key=key, Body=body)
    aws.settle()
    [manifest] = command(aws, "batch")["files"]
    assert (manifest["accepted"], manifest["rejected"], manifest["model"]["version"]) == (
        500,
        1,
        1,
    )
    found = aws.client("s3").get_object(Bucket=bucket, Key="batchdata/output/today/sea.csv.out")
    assert len(found["Body"].read().split()) == 500
    command(aws, "batch", "run", "today/")
    aws.settle()
    assert len(command(aws, "batch")["files"]) == 1


def test_clients_are_measured_by_their_ground_truth(aws, bucket):
    clients = Clients(aws, bucket)
    for _ in range(2):
        clients.hour()
    results = command(aws, "status")["monitoring_results"]
    assert [result["breach"] for result in results][-2:] == [False, False]
    assert all(result["relative_loss"] < 0.6 for result in results[-2:])
    found = command(aws, "monitor", "--wait")["results"]
    assert found["drift"]["drifted"] == []
    assert {feature["name"] for feature in found["drift"]["features"]} == DRIFTING
    assert found["data-quality"] == {"violations": []}


def test_another_sea_is_a_breach_and_retrains(aws, bucket):
    clients = Clients(aws, bucket)
    clients.count = 10_000
    for _ in range(3):
        clients.hour(**OTHER_SEA)
    status = command(aws, "status")
    assert status["monitoring_results"][-1]["breach"]
    reasons = [run["reason"] for run in command(aws, "experiments")["runs"]]
    assert any(reason.startswith("alarm abalone-production-loss") for reason in reasons)
    # What the alarm trained on was the old data: the champion stayed. New data replace it, at once
    # if a person asks for it: an upload alone waits for the cooldown.
    assert versions(aws)["production"] == 1
    # The file replaces the old one: no model fits both seas, and the gate would refuse it.
    upload(aws, bucket, "first", abalones.rows(3000, seed=5, **OTHER_SEA))
    command(aws, "retrain", "--reason", "other animals", "--yes")
    settled(aws)
    assert versions(aws)["production"] == 2
    for _ in range(4):
        clients.hour(**OTHER_SEA)
    assert not command(aws, "status")["monitoring_results"][-1]["breach"]
    [checked] = command(aws, "history")["bake_checks"]
    assert checked["verdict"] == "kept"


def test_other_animals_are_a_drift_that_requests_a_training(aws, bucket, tmp_path):
    clients = Clients(aws, bucket)
    clients.count = 20_000
    rows = abalones.rows(600, seed=9)
    clients.send(*(["M", *(f"{2 * float(cell):.4f}" for cell in row[1:-1])] for row in rows))
    aws.pass_minutes(1)
    found = command(aws, "monitor", "--wait")["results"]
    assert {"length", "sex_I"} <= set(found["drift"]["drifted"])
    assert found["data-quality"]["violations"]
    page = tmp_path / "drift.html"
    assert command(aws, "drift", "--report", str(page))["drifted"] == found["drift"]["drifted"]
    assert "rows that clients sent" in page.read_text()
    settled(aws, 5)
    alarms = aws.client("cloudwatch").describe_alarms(StateValue="ALARM")["MetricAlarms"]
    assert "abalone-production-drift-length" in {alarm["AlarmName"] for alarm in alarms}
    reasons = [run["reason"] for run in command(aws, "experiments")["runs"]]
    assert any(reason.startswith("drift: ") for reason in reasons), reasons


def test_second_plan_is_empty_and_destroy_leaves_nothing(aws):
    assert local_terraform.plan_changes(aws.home, VARIABLES, TABULAR) == 0
    uses = {use["item"]: use["quantity"] for use in command(aws, "cost", "--deployed")["uses"]}
    assert uses["alarms"] == billed_alarms(aws)
    local_terraform.destroy(aws.home, VARIABLES, TABULAR)
    sagemaker = aws.client("sagemaker")
    assert sagemaker.list_endpoints()["Endpoints"] == []
    assert sagemaker.list_models()["Models"] == []
