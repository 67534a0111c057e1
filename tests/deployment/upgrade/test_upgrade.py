"""An upgrade of an earlier release keeps the data: no bucket, key or feature group is replaced.

`python -m scripts.record_release REVISION` records the state of a release.
"""

import gzip
from pathlib import Path

import pytest

from scripts import local_terraform, package
from tests.support.local_aws import started

pytestmark = pytest.mark.integration

RELEASES = sorted(Path(__file__).parent.glob("*.tfstate.gz"))
# Their replacement loses data, versions, or what refers to them.
KEPT = {
    "aws_ecr_repository",
    "aws_iam_role",
    "aws_iam_role_policy",
    "aws_kinesis_stream",
    "aws_kms_key",
    "aws_s3_bucket",
    "aws_sagemaker_feature_group",
    "aws_sagemaker_model_package_group",
    "aws_sns_topic",
    "aws_sqs_queue",
}
KEPT_LOG_GROUP = "/evergreen/decisions"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """An empty local AWS: the plan of a recorded state reads only data sources."""
    with started(tmp_path_factory.mktemp("upgrade")) as aws:
        package.main()
        local_terraform.init(aws.home)
        yield aws.home


@pytest.fixture(scope="module", params=RELEASES, ids=lambda path: path.name.partition(".")[0])
def plan(home, request):
    """The plan of this release for the state of an earlier one, with the same variables."""
    (home / "terraform.tfstate").write_bytes(gzip.decompress(request.param.read_bytes()))
    variables = {
        "prefix": "evergreen",
        "image_tag": "local",
        "poller": {"desired_count": 0, "source": "simulator"},
        "engine": "flink",
        "flink": {"package": str(home / "server.json")},  # any file
    }
    return local_terraform.plan(home, variables, ["-refresh=false"])


def test_releases_are_recorded():
    """Without the files the other tests would be skipped."""
    assert RELEASES


def test_upgrade_replaces_nothing_that_keeps_data_or_that_others_refer_to(plan):
    lost = {
        change["address"]: change["change"]["actions"]
        for change in plan["resource_changes"]
        if "delete" in change["change"]["actions"]
        and (change["type"] in KEPT or change["change"]["before"].get("name") == KEPT_LOG_GROUP)
    }
    assert lost == {}
    kept = [
        change["type"]
        for change in plan["resource_changes"]
        if change["change"]["before"] is not None and change["type"] in KEPT
    ]
    assert set(kept) == KEPT


def test_nothing_is_deleted_under_one_address_and_created_under_another(plan):
    """Terraform may create it first, which fails: a resource of that name exists."""

    def named(action, when):
        return {
            (change["type"], change["change"][when]["name"])
            for change in plan["resource_changes"]
            if change["change"]["actions"] == [action] and change["change"][when].get("name")
        }

    assert named("delete", "before") & named("create", "after") == set()
