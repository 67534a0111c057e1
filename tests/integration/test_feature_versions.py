"""③ on the local AWS: daily compaction, then a feature more without a row lost.

The tests run in this order: each goes on from what the one before has left.
"""

import gzip
import json
import subprocess
import sys
from datetime import timedelta

import pytest

from cli.main import main as evergreen
from common.times import parse
from sagemaker_pipelines.data.feature_store import offline, rows
from scripts import local_terraform

pytestmark = pytest.mark.integration

POLLER = {"desired_count": 0, "source": "simulator"}
VARIABLES = {"prefix": "evergreen", "image_tag": "local", "poller": POLLER}
SECOND_VERSION = {"v2": {"median_fee_1min": "Fractional"}}
FIRST, SECOND = "evergreen-minutes", "evergreen-minutes-v2"
START = parse("2024-10-10T00:00:00Z")
MINUTES = [START + k * timedelta(minutes=10) for k in range(6)]
KEYS = [f"raw/2024/10/10/00/{k}.gz" for k in range(len(MINUTES))]


@pytest.fixture(scope="module")
def outputs(aws):
    subprocess.run([sys.executable, "-m", "scripts.package"], check=True, capture_output=True)
    local_terraform.init(aws.home)
    local_terraform.apply(aws.home, VARIABLES)
    return local_terraform.output(aws.home)


def applied(aws, **features):
    variables = {**VARIABLES, "features": features}
    local_terraform.apply(aws.home, variables)
    return variables


def fees(aws, group, feature):
    """Read all minutes offline -> the feature by minute."""
    store = offline.find(aws.client("sagemaker"), group)
    found = offline.read(aws.client("s3"), store, START, START + timedelta(hours=2), [feature])
    return rows.values(rows.latest(found, store.lifetime), feature)


def files(aws, outputs, group):
    pages = aws.client("s3").get_paginator("list_objects_v2")
    return {
        entry["Key"]
        for page in pages.paginate(Bucket=outputs["bucket_name"], Prefix="feature-store/")
        for entry in page.get("Contents", [])
        if f"/{group}-1" in entry["Key"]  # before the time of its creation
    }


def archive(aws, outputs, key, minute):
    """Put five transactions of a minute where Firehose would, and let their row be written."""
    time = int(minute.timestamp())
    transactions = [{"hash": f"{k:064x}", "time": time, "fee": k * k} for k in range(5)]
    sent = f"{minute:%Y-%m-%dT%H:%M:%SZ}"
    event = {"id": key, "time": sent, "detail": {"transactions": transactions}}
    body = gzip.compress(json.dumps(event).encode())
    aws.client("s3").put_object(Bucket=outputs["bucket_name"], Key=key, Body=body)
    aws.settle()


def online(aws, group, minute):
    answer = aws.client("sagemaker-featurestore-runtime").get_record(
        FeatureGroupName=group, RecordIdentifierValueAsString=f"{minute:%Y-%m-%dT%H:%M:%SZ}"
    )
    return {one["FeatureName"]: one["ValueAsString"] for one in answer.get("Record", [])}


def test_files_of_a_day_are_merged_at_night_and_read_the_same(aws, outputs):
    for key, minute in zip(KEYS, MINUTES, strict=True):
        archive(aws, outputs, key, minute)
        aws.advance(f"{minute + timedelta(minutes=6):%Y-%m-%dT%H:%M:%SZ}")
        aws.settle()
    before = fees(aws, FIRST, "avg_fee_1min")
    assert before == dict.fromkeys(MINUTES, 6.0)
    assert len(files(aws, outputs, FIRST)) == len(MINUTES)
    aws.advance("2024-10-10T02:30:01Z")
    aws.settle()
    job = aws.client("sagemaker").describe_processing_job(
        ProcessingJobName="evergreen-compaction-20241010T023000Z"
    )
    assert job["ProcessingJobStatus"] == "Completed", job.get("FailureReason")
    assert len(files(aws, outputs, FIRST)) == 1
    assert fees(aws, FIRST, "avg_fee_1min") == before


def test_audit_finds_expired_rows_offline(aws, outputs, capsys):
    old = START - timedelta(days=9)  # two days more than a row lives online
    archive(aws, outputs, "raw/2024/10/01/00/old.gz", old)
    aws.advance("2024-10-10T02:36:00Z")
    aws.settle()
    assert online(aws, FIRST, old) == {}
    span = ["--from", "2024-10-01T00:00", "--to", "2024-10-01T00:10"]
    code = evergreen(["audit", *span, "--home", str(aws.home), "--json"])
    document = json.loads(capsys.readouterr().out)
    assert (code, document["distinct"], document["in_features"]) == (0, 5, 5)


def test_a_second_version_stands_beside_the_first_and_takes_nothing_from_it(aws, outputs):
    first = aws.client("sagemaker").describe_feature_group(FeatureGroupName=FIRST)
    before = fees(aws, FIRST, "avg_fee_1min"), files(aws, outputs, FIRST)
    applied(aws, versions=SECOND_VERSION)
    described = aws.client("sagemaker").describe_feature_group
    assert described(FeatureGroupName=FIRST)["CreationTime"] == first["CreationTime"]
    assert (fees(aws, FIRST, "avg_fee_1min"), files(aws, outputs, FIRST)) == before
    assert online(aws, FIRST, MINUTES[0])["total_nb_trx_1min"] == "5"
    assert fees(aws, SECOND, "median_fee_1min") == {}
    ttl = described(FeatureGroupName=SECOND)["OnlineStoreConfig"]["TtlDuration"]
    assert ttl == {"Unit": "Days", "Value": 7}


def test_raw_objects_delivered_again_fill_the_second_version(aws, outputs):
    for key in KEYS:  # what a backfill does
        detail = {"bucket": {"name": outputs["bucket_name"]}, "object": {"key": key}}
        answer = aws.client("lambda").invoke(
            FunctionName="evergreen-window-aggregator",
            Payload=json.dumps({"time": "2024-10-10T02:37:00Z", "detail": detail}).encode(),
        )
        assert "FunctionError" not in answer
    aws.advance("2024-10-10T02:45:00Z")
    aws.settle()
    assert fees(aws, SECOND, "median_fee_1min") == dict.fromkeys(MINUTES, 4.0)
    assert fees(aws, SECOND, "avg_fee_1min") == fees(aws, FIRST, "avg_fee_1min")
    assert online(aws, SECOND, MINUTES[0])["median_fee_1min"] == "4.0"


def test_readers_are_switched_by_one_setting_and_the_first_version_stays(aws, outputs):
    variables = applied(aws, versions=SECOND_VERSION, read_version="v2")
    for name in ("evergreen-monitoring-collector", "evergreen-smoke-test"):
        function = aws.client("lambda").get_function_configuration(FunctionName=name)
        assert function["Environment"]["Variables"]["FEATURE_GROUP_NAME"] == SECOND
    pipeline = aws.client("sagemaker").describe_pipeline(PipelineName="evergreen-training")
    parameters = json.loads(pipeline["PipelineDefinition"])["Parameters"]
    defaults = {one["Name"]: one.get("DefaultValue") for one in parameters}
    assert defaults["FeatureGroupName"] == SECOND
    assert online(aws, FIRST, MINUTES[0])["total_nb_trx_1min"] == "5"
    assert local_terraform.plan_changes(aws.home, variables) == 0
