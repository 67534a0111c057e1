"""What a deployment really cost: the request to Cost Explorer, and what is shown."""

import json
from datetime import UTC, datetime

import boto3
import pytest
from botocore.stub import Stubber

from cli.commands import cost
from cli.connection import Connection
from cli.errors import CommandError
from cli.queries.billing import actual_costs
from cli.target import Target
from tests.unit.cli.test_cost import variables

NOW = datetime(2024, 10, 16, 12, tzinfo=UTC)


def period(month, **services):
    return {
        "TimePeriod": {"Start": f"{month}-01", "End": f"{month}-28"},
        "Groups": [
            {"Keys": [name], "Metrics": {"UnblendedCost": {"Amount": amount, "Unit": "USD"}}}
            for name, amount in services.items()
        ],
    }


def connection(*pages, now=NOW, local=False):
    """Return a connection whose Cost Explorer answers with these pages."""
    session = {"region_name": "eu-west-1", "aws_access_key_id": "a", "aws_secret_access_key": "b"}
    client = boto3.client("ce", **session)
    stubber = Stubber(client)
    request = {
        "TimePeriod": {"Start": "2024-09-01", "End": "2024-10-17"},
        "Granularity": "MONTHLY",
        "Metrics": ["UnblendedCost"],
        "GroupBy": [{"Type": "DIMENSION", "Key": "SERVICE"}],
        "Filter": {"Tags": {"Key": "Deployment", "Values": ["mine"]}},
    }
    for number, periods in enumerate(pages):
        token = {"NextPageToken": f"{number}"} if number < len(pages) - 1 else {}
        sent = {"NextPageToken": f"{number - 1}"} if number else {}
        expected = None if now != NOW else request | sent
        stubber.add_response("get_cost_and_usage", {"ResultsByTime": periods, **token}, expected)
    stubber.activate()
    target = Target("http://127.0.0.1:1") if local else Target()
    document = json.dumps(variables.read())
    ssm = boto3.client("ssm", **session)
    parameters = Stubber(ssm)
    parameters.add_response("get_parameter", {"Parameter": {"Value": document}})
    parameters.activate()
    clients = {"ce": client, "ssm": ssm}
    return Connection(clients.__getitem__, "mine", "1", "eu-west-1", now, target)


def shown(opened):
    result = cost._actual(opened, None, 4)
    from cli.terminal import make_console  # noqa: PLC0415

    console = make_console()
    with console.capture() as captured:
        console.print(result.body)
    return result.document, captured.get()


def test_two_months_by_service_beside_the_estimate():
    page = [period("2024-09", SageMaker="40", Lambda="1"), period("2024-10", SageMaker="20.5")]
    document, text = shown(connection(page))
    assert [month["total"] for month in document["months"]] == [41, 20.5]
    assert [month["complete"] for month in document["months"]] == [True, False]
    estimate = document["estimate"]
    assert estimate["so_far"] == pytest.approx(estimate["month"] * 15.5 / 31)
    assert "The request cost 0.01 USD." in text
    assert "estimated by evergreen cost" in text
    assert "cost allocation tag" not in text


def test_pages_are_added_and_each_costs():
    first = [period("2024-09", Lambda="1")]
    second = [period("2024-09", Lambda="2"), period("2024-10")]
    document, text = shown(connection(first, second))
    assert document["months"][0]["services"] == {"Lambda": 3}
    assert "The request cost 0.02 USD." in text


def test_without_costs_it_says_to_activate_the_tag():
    document, text = shown(connection([period("2024-09"), period("2024-10")]))
    assert [month["services"] for month in document["months"]] == [{}, {}]
    assert "Activate Deployment as a cost allocation tag" in text


def test_first_day_of_a_year_asks_for_december():
    opened = connection([], now=datetime(2025, 1, 1, tzinfo=UTC))
    months = actual_costs(opened)["months"]
    assert [month["month"] for month in months] == ["2024-12", "2025-01"]


def test_local_aws_costs_nothing():
    with pytest.raises(CommandError, match="costs nothing; name the account with --target aws"):
        actual_costs(connection([], local=True))
