"""The whole root module on the local AWS; conftest.py destroys it after the last test."""

import pytest

from scripts import local_terraform
from tests.integration.deployed.conftest import remaining_resources
from tests.support.deployed_variables import VARIABLES

pytestmark = pytest.mark.integration


def test_second_plan_is_empty(aws, outputs):
    assert local_terraform.plan_changes(aws.home, VARIABLES) == 0


def test_every_kind_that_destroy_must_delete_exists(aws, outputs):
    """Otherwise the check after destroy would pass without looking."""
    kinds = {
        *[
            "buckets",
            "functions",
            "roles",
            "queues",
            "topics",
            "rules",
            "parameters",
            "alarms",
            "streams",
        ]
    }
    kinds |= {"log groups", "machines", "pipelines", "clusters"}
    assert set(remaining_resources(aws)) == kinds
