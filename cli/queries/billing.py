"""What a deployment really cost, from Cost Explorer: its month so far and the month before."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from cli.aws import Json
from cli.connection import Connection
from cli.errors import CommandError

TAG = "Deployment"  # of all resources: terraform/providers.tf
REQUEST_USD = 0.01  # of Cost Explorer, for each page
METRIC = "UnblendedCost"


def actual_costs(connection: Connection) -> Json:
    """Return currency and `months`, oldest first: month, whether it is over, services, total.

    Costs are those of resources with the tag of the deployment, by service. The services are
    empty while the tag is not activated for the bills. Raises CommandError on the local AWS.
    """
    if connection.target.is_local:
        raise CommandError(
            "--actual: the local AWS costs nothing; name the account with --target aws", 2
        )
    this = connection.now.replace(day=1)
    last = (this - timedelta(days=1)).replace(day=1)
    found = list(_pages(connection, last, connection.now + timedelta(days=1)))
    months = [_month(found, month) for month in (last, this)]
    months[0]["complete"], months[1]["complete"] = True, False
    return {"currency": "USD", "requests": len(found), "months": months}


def _pages(connection: Connection, first: datetime, end: datetime) -> Iterable[Json]:
    """Yield the responses for the days from `first` until before `end`."""
    request: Json = {
        "TimePeriod": {"Start": f"{first:%Y-%m-%d}", "End": f"{end:%Y-%m-%d}"},
        "Granularity": "MONTHLY",
        "Metrics": [METRIC],
        "GroupBy": [{"Type": "DIMENSION", "Key": "SERVICE"}],
        "Filter": {"Tags": {"Key": TAG, "Values": [connection.prefix]}},
    }
    while True:
        response: Json = connection.clients("ce").get_cost_and_usage(**request)
        yield response
        if not (token := response.get("NextPageToken")):
            return
        request["NextPageToken"] = token


def _month(responses: Iterable[Json], month: datetime) -> Json:
    services: dict[str, float] = {}
    for response in responses:
        for period in response["ResultsByTime"]:
            if period["TimePeriod"]["Start"][:7] == f"{month:%Y-%m}":
                for row in period["Groups"]:
                    [name] = row["Keys"]
                    amount = float(row["Metrics"][METRIC]["Amount"])
                    services[name] = services.get(name, 0.0) + amount
    return {
        "month": f"{month:%Y-%m}",
        "services": dict(sorted(services.items(), key=lambda item: -item[1])),
        "total": sum(services.values()),
    }
