"""The metrics of a forecast: one module of this folder each.

A metric is a file with `CLOUDWATCH_NAME` and `compute(sample)`, which returns a number, numbers by
level, or None where it is not defined. Its name is that of the file. Every training and every
measurement of an endpoint compute all of them.
"""

import importlib
import logging
import pkgutil
from collections.abc import Collection, Mapping
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Protocol

from common.forecast_metrics.sample import Sample
from common.metric_limits import MAX_METRIC

Value = float | dict[str, float] | None
_OTHER_MODULES = {"registry", "sample"}


class Metric(Protocol):
    """A module of this folder."""

    CLOUDWATCH_NAME: str

    def compute(self, sample: Sample) -> Value:
        """Return the value."""


@cache
def load() -> dict[str, Metric]:
    """Return all metrics by name."""
    names = {module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)])}
    package = __name__.rpartition(".")[0]
    return {
        name: importlib.import_module(f"{package}.{name}")
        for name in sorted(names - _OTHER_MODULES)
    }


def checked(names: list[str]) -> list[str]:
    """Return the names; raises ValueError for one that no metric has."""
    for name in names:
        if name not in load():
            raise ValueError(f"metrics {', '.join(load())}; {name} is unknown")
        if not hasattr(load()[name], "CLOUDWATCH_NAME"):
            raise ValueError(f"a CLOUDWATCH_NAME in {name}.py")
    return names


def compute(sample: Sample) -> dict[str, Value]:
    """Return the values of all metrics by name.

    One that fails is None and logged: the loss and its alarm do not depend on a plug-in.
    """
    return {name: _value(name, metric, sample) for name, metric in load().items()}


def _value(name: str, metric: Metric, sample: Sample) -> Value:
    """Return a value that JSON and CloudWatch accept; those that are not finite are left out."""
    try:
        value = metric.compute(sample)
        if isinstance(value, Mapping):
            levels = {f"{float(level):g}": float(share) for level, share in value.items()}
            return {level: share for level, share in levels.items() if isfinite(share)}
        return float(value) if value is not None and isfinite(value) else None
    except Exception:  # whatever the file of a metric raises
        logging.getLogger(__name__).exception("metric %s failed", name)
        return None


def cloudwatch(values: Mapping[str, Value], names: Collection[str]) -> dict[str, float]:
    """Return the values of some metrics by their names in CloudWatch.

    Without those that are undefined, or larger than CloudWatch accepts.
    """
    found: dict[str, float] = {}
    for name in names:
        value, target = values.get(name), load()[name].CLOUDWATCH_NAME
        if isinstance(value, dict):
            found |= {f"{target}{float(level) * 100:g}": v for level, v in value.items()}
        elif value is not None:
            found[target] = value
    return {name: value for name, value in found.items() if abs(value) <= MAX_METRIC}
