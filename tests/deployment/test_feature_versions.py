"""③ on the local AWS: daily compaction, then a second version of the feature group.

Each fixture continues from the previous one and returns what it observed; the tests check these
observations, so they run in any order.
"""

import gzip
import json
import subprocess
import sys
from datetime import timedelta

import pytest

from common.times import parse
from sagemaker_pipelines.data.feature_store import offline, rows
from scripts import local_terraform
from tests.support.deployed_loop import evergreen, time_range
from tests.support.deployed_variables import VARIABLES
from tests.support.feature_records import to_values
from tests.support.local_aws import started

pytestmark = pytest.mark.integration

SECOND_VERSION = {"v2": {"median_fee_1min": "Fractional"}}
FIRST, SECOND = "evergreen-minutes", "evergreen-minutes-v2"
START = parse("2024-10-10T00:00:00Z")
MINUTES = [START + k * timedelta(minutes=10) for k in range(6)]
KEYS = [f"raw/2024/10/10/00/{k}.gz" for k in range(len(MINUTES))]


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    with started(tmp_path_factory.mktemp("versions")) as aws:
        yield aws


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
        if f"/{group}-1" in entry["Key"]  # followed by its creation time
    }


def archive(aws, outputs, key, minute):
    """Put five transactions of a minute into the archive as Firehose would, and settle."""
    time = int(minute.timestamp())
    transactions = [{"hash": f"{k:064x}", "time": time, "fee": k * k} for k in range(5)]
    sent = f"{minute:%Y-%m-%dT%H:%M:%SZ}"
    event = {"id": key, "time": sent, "detail": {"transactions": transactions}}
    body = gzip.compress(json.dumps(event).encode())
    aws.client("s3").put_object(Bucket=outputs["bucket_name"], Key=key, Body=body)
    aws.settle()


def online(aws, group, minute):
    response = aws.client("sagemaker-featurestore-runtime").get_record(
        FeatureGroupName=group, RecordIdentifierValueAsString=f"{minute:%Y-%m-%dT%H:%M:%SZ}"
    )
    return to_values(response.get("Record", []))


@pytest.fixture(scope="module")
def compacted(aws, outputs):
    """Six minutes in six files, before and after the nightly compaction."""
    for key, minute in zip(KEYS, MINUTES, strict=True):
        archive(aws, outputs, key, minute)
        aws.advance(minute + timedelta(minutes=6))
        aws.settle()
    before = fees(aws, FIRST, "avg_fee_1min"), len(files(aws, outputs, FIRST))
    aws.advance("2024-10-10T02:30:01Z")
    aws.settle()
    job = aws.client("sagemaker").describe_processing_job(
        ProcessingJobName="evergreen-compaction-20241010T023000Z"
    )
    after = fees(aws, FIRST, "avg_fee_1min"), len(files(aws, outputs, FIRST))
    return {"before": before, "job": job, "after": after}


@pytest.fixture(scope="module")
def expired(aws, outputs, compacted):
    """A row that is two days older than rows in the online store, and its audit."""
    old = START - timedelta(days=9)
    archive(aws, outputs, "raw/2024/10/01/00/old.gz", old)
    aws.advance("2024-10-10T02:36:00Z")
    aws.settle()
    audit = evergreen(aws, "audit", *time_range(old, old + timedelta(minutes=10)))
    return {"online": online(aws, FIRST, old), "audit": audit}


@pytest.fixture(scope="module")
def added(aws, outputs, expired):
    """The second version right after its creation, and the first before and after."""

    def first():
        described = aws.client("sagemaker").describe_feature_group(FeatureGroupName=FIRST)
        values, keys = fees(aws, FIRST, "avg_fee_1min"), files(aws, outputs, FIRST)
        return described["CreationTime"], values, keys

    before = first()
    applied(aws, versions=SECOND_VERSION)
    return {
        "before": before,
        "after": first(),
        "online": online(aws, FIRST, MINUTES[0]),
        "second": fees(aws, SECOND, "median_fee_1min"),
        "description": aws.client("sagemaker").describe_feature_group(FeatureGroupName=SECOND),
    }


@pytest.fixture(scope="module")
def backfilled(aws, outputs, added):
    """The second version after all raw objects were delivered again, as by a backfill."""
    for key in KEYS:
        detail = {"bucket": {"name": outputs["bucket_name"]}, "object": {"key": key}}
        event = {"id": key, "time": "2024-10-10T02:37:00Z", "detail": detail}
        response = aws.client("lambda").invoke(
            FunctionName="evergreen-window-aggregator", Payload=json.dumps(event).encode()
        )
        assert "FunctionError" not in response
    aws.advance("2024-10-10T02:45:00Z")
    aws.settle()
    return {
        "medians": fees(aws, SECOND, "median_fee_1min"),
        "averages": [fees(aws, group, "avg_fee_1min") for group in (SECOND, FIRST)],
        "online": online(aws, SECOND, MINUTES[0]),
    }


@pytest.fixture(scope="module")
def switched(aws, outputs, backfilled):
    """Variables of the apply that reads the second version."""
    return applied(aws, versions=SECOND_VERSION, read_version="v2")


def test_files_are_merged_at_night_and_reads_are_unchanged(compacted):
    assert compacted["job"]["ProcessingJobStatus"] == "Completed", compacted["job"]
    expected = dict.fromkeys(MINUTES, 6.0)
    assert compacted["before"] == (expected, len(MINUTES))
    assert compacted["after"] == (expected, 1)


def test_audit_finds_expired_rows_offline(expired):
    code, audit = expired["audit"]
    assert expired["online"] == {}
    assert (code, audit["distinct"], audit["in_features"]) == (0, 5, 5)


def test_second_version_does_not_change_the_first(added):
    assert added["after"] == added["before"]
    assert added["online"]["total_nb_trx_1min"] == "5"
    assert added["second"] == {}
    ttl = added["description"]["OnlineStoreConfig"]["TtlDuration"]
    assert ttl == {"Unit": "Days", "Value": 7}


def test_redelivered_raw_objects_fill_the_second_version(backfilled):
    assert backfilled["medians"] == dict.fromkeys(MINUTES, 4.0)
    second, first = backfilled["averages"]
    assert second == {minute: first[minute] for minute in MINUTES}
    assert backfilled["online"]["median_fee_1min"] == "4.0"


def test_one_setting_switches_all_readers(aws, switched):
    for name in ("evergreen-monitoring-collector", "evergreen-smoke-test"):
        function = aws.client("lambda").get_function_configuration(FunctionName=name)
        assert function["Environment"]["Variables"]["FEATURE_GROUP_NAME"] == SECOND
    pipeline = aws.client("sagemaker").describe_pipeline(PipelineName="evergreen-training")
    parameters = json.loads(pipeline["PipelineDefinition"])["Parameters"]
    defaults = {item["Name"]: item.get("DefaultValue") for item in parameters}
    assert defaults["FeatureGroupName"] == SECOND
    assert online(aws, FIRST, MINUTES[0])["total_nb_trx_1min"] == "5"
    assert local_terraform.plan_changes(aws.home, switched) == 0
