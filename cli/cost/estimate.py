"""Cost per month of a configuration: uses times prices, and what is not certain about it. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from cli.aws import Json
from cli.cost.assumptions import Assumptions
from cli.cost.configuration import Configuration
from cli.cost.unit_costs import unit_costs
from cli.cost.usage import uses
from cli.cost.use import Use, by_service

NOT_INCLUDED = [
    "the free tier is not subtracted, except for dashboards: three of every account are free, and "
    "no others are assumed",
    "requests of clients to a serverless endpoint, and instances that autoscaling adds",
    "taxes, support, data transfer to the internet, and a NAT gateway of a network of your own",
    "data capture, training data, offline store, archive of decisions, queues, notifications and "
    "volumes of jobs: together cents",
]


def estimate(
    config: Configuration,
    rate: float,
    table: Mapping[str, Any],
    assumed: Assumptions,
    region: str | None = None,
) -> Json:
    """Return the uses with their prices and cost, the sums, and what is unverified.

    `table` is the document of prices.json. The total has no use of unknown price; these are in
    `unknown_prices`.
    """
    entries = table["prices"]
    prices = {name: entry["usd"] for name, entry in entries.items()}
    found = uses(config, rate, assumed)
    services = by_service(found, prices)
    used = sorted({use.price for use in found})
    return {
        "currency": table["currency"],
        "prices_of_region": table["region"],
        "region": region,
        "rate": rate,
        "total": sum(services.values()),
        "services": services,
        "each": unit_costs(config, rate, prices, assumed),
        "uses": [_row(use, entries, prices) for use in found],
        "unknown_prices": [name for name in used if name not in entries],
        "unverified_prices": [
            name for name in used if name in entries and entries[name]["checked"] is None
        ],
        "assumptions": assumed.lines(config),
        "not_included": NOT_INCLUDED,
    }


def _row(use: Use, entries: Mapping[str, Any], prices: Mapping[str, float]) -> Json:
    entry = entries.get(use.price, {})
    return {
        "service": use.service,
        "item": use.item,
        "quantity": use.quantity,
        "price": use.price,
        "unit": entry.get("unit"),
        "checked": entry.get("checked"),
        "usd": use.usd(prices),
    }


def text(document: Json) -> list[str]:
    """Return the lines on uncertainty below the table."""
    lines = [f"Assumed: {_list(document['assumptions'])}."]
    lines.append(f"Not included: {_list(document['not_included'])}.")
    if names := document["unverified_prices"]:
        lines.append(f"Unverified prices (from memory): {', '.join(names)}.")
    if names := document["unknown_prices"]:
        lines.append(f"UNKNOWN prices, not in the total: {', '.join(names)}.")
    region, of = document["region"], document["prices_of_region"]
    if region != of:
        where = f", not of {region}" if region else ""
        lines.append(f"Prices are those of {of}{where}: other regions are up to a third dearer.")
    return lines


def _list(items: Iterable[str]) -> str:
    return "; ".join(items)
