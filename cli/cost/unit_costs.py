"""What one more training, or a thousand more forecasts, costs. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cli.aws import Json
from cli.cost.assumptions import Assumptions
from cli.cost.configuration import Configuration
from cli.cost.usage import uses
from cli.cost.use import by_service

THOUSAND = 1000


def unit_costs(
    config: Configuration, rate: float, prices: Mapping[str, float], assumed: Assumptions
) -> Json:
    """Return USD per `training` (its version in production included) and `thousand_forecasts`.

    Both are the difference that one more makes. `thousand_forecasts_with_endpoint` is the share
    of production's endpoint as well, at the assumed number of requests. Forecasts are None
    without an API.
    """

    def total(changed: Assumptions) -> float:
        return sum(by_service(uses(config, rate, changed), prices).values())

    base = total(assumed)
    training = total(replace(assumed, trainings=assumed.trainings + 1)) - base
    if config.api_memory_mb is None:
        return {
            "training": training,
            "thousand_forecasts": None,
            "thousand_forecasts_with_endpoint": None,
        }
    more = replace(assumed, api_requests=assumed.api_requests + THOUSAND)
    forecasts = total(more) - base
    endpoint = next(use for use in uses(config, rate, assumed) if use.item == "production")
    share = (endpoint.usd(prices) or 0.0) / assumed.api_requests * THOUSAND
    return {
        "training": training,
        "thousand_forecasts": forecasts,
        "thousand_forecasts_with_endpoint": forecasts + share,
    }


def rows(costs: Mapping[str, Any], assumed: Assumptions) -> list[tuple[str, str]]:
    """Return the lines of a table."""
    found = [("one more training, its version in production included", _usd(costs["training"]))]
    if costs["thousand_forecasts"] is not None:
        with_endpoint = costs["thousand_forecasts_with_endpoint"]
        found += [
            ("a thousand more forecasts by the API", _usd(costs["thousand_forecasts"])),
            (
                f"the same with the share of the endpoint, at {assumed.api_requests:,.0f} a month",
                _usd(with_endpoint),
            ),
        ]
    return found


def _usd(value: float) -> str:
    return f"{value:,.4f}"
