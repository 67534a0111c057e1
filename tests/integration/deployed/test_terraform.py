"""The whole root module on the local AWS; conftest.py destroys it after the last test."""

import pytest

from cli.cost import operation
from scripts import local_terraform
from tests.support.deployed_loop import billed_alarms, evergreen
from tests.support.deployed_variables import VARIABLES
from tests.support.remaining_resources import remaining_resources

pytestmark = pytest.mark.integration


def test_second_plan_is_empty_and_keeps_the_settings_of_operators(aws, outputs):
    ssm, name = aws.client("ssm"), "/evergreen/training/hyperparameters/epochs"
    written = ssm.get_parameter(Name=name)["Parameter"]["Value"]
    assert evergreen(aws, "hyperparameters", "set", "epochs", "7")[0] == 0
    _, document = evergreen(aws, "hyperparameters")
    [row] = [row for row in document["hyperparameters"] if row["name"] == "epochs"]
    assert (row["value"], row["default"], row["problem"]) == ("7", written, None)
    assert local_terraform.plan_changes(aws.home, VARIABLES) == 0
    ssm.put_parameter(Name=name, Value=written, Overwrite=True)


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
    kinds |= {"log groups", "machines", "pipelines", "clusters", "databases", "workgroups"}
    kinds |= {"feature groups", "package groups", "APIs", "keys of APIs", "usage plans"}
    # Endpoints, their configurations and models exist once a version was deployed.
    assert kinds <= set(remaining_resources(aws))


def test_cost_counts_the_alarms_that_exist(aws, outputs):
    """`evergreen cost` does not ask AWS for them, because it also works before the apply."""
    code, document = evergreen(aws, "cost", "--deployed")
    assert code == 0
    quantities = {use["item"]: use["quantity"] for use in document["uses"]}
    assert quantities["alarms"] == billed_alarms(aws)
    dashboards = aws.client("cloudwatch").list_dashboards()["DashboardEntries"]
    assert len(dashboards) == operation.DASHBOARDS
