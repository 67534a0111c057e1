"""`evergreen minutes`, which reads Parquet files like the training."""

import json
from datetime import timedelta

import pytest
from botocore.stub import Stubber

from cli.main import main
from sagemaker_pipelines.data.feature_store import offline
from tests.support.offline_store import MINUTE, START, parquet, write
from tests.unit.cli.conftest import OUTPUTS

GROUP = "evergreen-minutes"


@pytest.fixture
def stored(deployment):
    """Three minutes offline: corrected, deleted, unchanged."""
    sagemaker = deployment.clients("sagemaker")
    types = {"tx_minute": "String", "avg_fee_1min": "Fractional", "event_time": "String"}
    sagemaker.create_feature_group(
        FeatureGroupName=GROUP,
        RecordIdentifierFeatureName="tx_minute",
        EventTimeFeatureName="event_time",
        RoleArn="arn:aws:iam::123456789012:role/store-role",
        FeatureDefinitions=[{"FeatureName": n, "FeatureType": t} for n, t in types.items()],
        OfflineStoreConfig={"S3StorageConfig": {"S3Uri": f"s3://{deployment.bucket}/fs"}},
    )
    store = offline.find(sagemaker, GROUP)
    later = {"api_invocation_time": START + timedelta(hours=2)}
    written = [
        *(write(START + k * MINUTE, float(k)) for k in range(3)),
        write(START, 7.5, 2, **later),
        write(START + MINUTE, None, 2, **later),
    ]
    key = f"{store.prefix}/year=2024/month=10/day=10/hour=00/a.parquet"
    deployment.clients("s3").put_object(Bucket=store.bucket, Key=key, Body=parquet(written))
    return deployment


RANGE = ["--from", "2024-10-10T00:00:00Z", "--to", "2024-10-10T01:00"]


def test_latest_rows_are_a_table(stored, capsys):
    assert main(["minutes", *RANGE], stored.connect) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        "③ evergreen-minutes: 2 minutes",
        "tx_minute avg_fee_1min",
        "2024-10-10T00:00:00Z 7.5",
        "2024-10-10T00:02:00Z 2.0",
    ]


def test_rows_as_of_an_earlier_time_are_those_known_at_that_time(stored, capsys):
    as_of = ["--as-of", "2024-10-10T00:30:00Z", "--json"]
    assert main(["minutes", *RANGE, *as_of], stored.connect) == 0
    document = json.loads(capsys.readouterr().out)
    assert [row["avg_fee_1min"] for row in document["minutes"]] == [0.0, 1.0, 2.0]


def test_last_hour_is_the_default(stored, capsys):
    assert main(["minutes"], stored.connect) == 0
    assert capsys.readouterr().out == "③ evergreen-minutes: 0 minutes\n  tx_minute  avg_fee_1min\n"


def test_range_without_a_minute_is_refused(stored, capsys):
    assert main(["minutes", "--from", "2024-10-11", "--to", "2024-10-10"], stored.connect) == 2
    assert "--from 2024-10-11T00:00:00Z is not before --to" in capsys.readouterr().err


def test_invalid_time_is_refused(capsys):
    assert main(["minutes", "--from", "yesterday"]) == 2
    assert "--from: got 'yesterday', expected an ISO 8601 time" in capsys.readouterr().err


def test_version_of_the_feature_group_that_the_loop_reads_is_the_default(stored, capsys):
    stored.parameter("outputs", json.dumps(OUTPUTS | {"feature_group_name": "other-group"}))
    with Stubber(stored.clients("sagemaker")) as stub:
        stub.add_client_error(
            "describe_feature_group",
            "ResourceNotFound",
            "no group other-group",
            expected_params={"FeatureGroupName": "other-group"},
        )
        assert main(["minutes"], stored.connect) == 1
    assert "other-group" in capsys.readouterr().err
