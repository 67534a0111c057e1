"""Monthly cost on AWS of ① to ③: the uses of cli/cost/ingestion.py times list prices. Pure.

Excluded, because both engines and all rates have it: the key, logs, metrics and alarms, and the
stages after ②.
"""

from collections.abc import Mapping

from cli.cost import ingestion
from cli.cost.ingestion import Load
from cli.cost.use import HOURS, SECONDS, by_service

__all__ = ["HOURS", "SECONDS", "Items", "Load", "engine_flink", "engine_lambda", "shared"]

Items = dict[str, float]  # service -> USD per month


def shared(load: Load, price: Mapping[str, float]) -> Items:
    """Return the cost of poller, bus and raw archive, which both engines need."""
    return by_service(ingestion.shared(load), price)


def engine_lambda(load: Load, seconds: float, price: Mapping[str, float]) -> Items:
    """Return the cost with `window_aggregator`, which takes `seconds` per object."""
    uses = [*ingestion.shared(load), *ingestion.engine_lambda(load, seconds)]
    return by_service(uses, price)


def engine_flink(load: Load, kpus: int, firings: float, price: Mapping[str, float]) -> Items:
    """Return the cost with Kinesis, the KPUs, and one `feature_writer` invocation per firing."""
    uses = [*ingestion.shared(load), *ingestion.engine_flink(load, kpus, firings)]
    return by_service(uses, price)
