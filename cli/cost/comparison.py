"""What a deployment cost beside what it was estimated to cost. Pure."""

import calendar
from datetime import datetime

from rich.console import RenderableType

from cli.aws import Json
from cli.queries.billing import REQUEST_USD, TAG
from cli.terminal import sections, table


def with_estimate(actual: Json, estimated: float, now: datetime) -> Json:
    """Return the actual costs with the estimate of a month, and of this month so far."""
    days = calendar.monthrange(now.year, now.month)[1]
    so_far = estimated * (now.day - 1 + now.hour / 24) / days
    return {**actual, "estimate": {"month": estimated, "so_far": so_far}}


def body(document: Json, prefix: str) -> RenderableType:
    """Return the table by service, and what it cost to ask."""
    columns, cells = rows(document)
    return sections(table(f"USD of {prefix}", cells, columns), "\n".join(notes(document, prefix)))


def rows(document: Json) -> tuple[tuple[str, str, str], list[tuple[str, str, str]]]:
    """Return the names of the columns, and a row for each service, the total and the estimate."""
    last, this = document["months"]
    names = list(dict.fromkeys([*last["services"], *this["services"]]))
    found = [
        (name, _usd(last["services"].get(name)), _usd(this["services"].get(name)))
        for name in names
    ]
    estimate = document["estimate"]
    found += [
        ("total", _usd(last["total"]), _usd(this["total"])),
        ("estimated by evergreen cost", _usd(estimate["month"]), _usd(estimate["so_far"])),
    ]
    return ("service", last["month"], f"{this['month']}, so far"), found


def notes(document: Json, prefix: str) -> list[str]:
    """Return what one has to know about the figures."""
    found = [
        "Cost Explorer is up to a day behind; credits and taxes are as on the bill. The request "
        f"cost {document['requests'] * REQUEST_USD:.2f} USD."
    ]
    if not any(month["services"] for month in document["months"]):
        found.insert(
            0,
            f"No cost has the tag {TAG} = {prefix}. Activate {TAG} as a cost allocation tag "
            "(console: Billing, Cost allocation tags; in the account that pays): costs have it "
            "from the day after.",
        )
    return found


def _usd(value: float | None) -> str:
    return "" if value is None else f"{value:,.2f}"
