"""The quality gate of a tabular model, such as `rmse<=2.4` or `r2>=0.2`. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from common.errors import bad_value

METRICS = ("mae", "mse", "r2", "rmse")
PATTERN = re.compile(r"\s*([a-z0-9]+)\s*(<=|>=)\s*([0-9]+(?:\.[0-9]+)?)\s*")


@dataclass(frozen=True, slots=True)
class Gate:
    """A limit of one of the regression metrics on the held-out rows."""

    metric: str
    at_most: bool
    limit: float

    @classmethod
    def parse(cls, text: str) -> "Gate":
        """Parse the text; raises ValueError."""
        match = PATTERN.fullmatch(text)
        if match is None or match[1] not in METRICS:
            names = ", ".join(METRICS)
            raise ValueError(bad_value("gate", text, f"{names} with <= or >= and a limit"))
        return cls(match[1], match[2] == "<=", float(match[3]))

    def refusal(self, metrics: Mapping[str, Mapping[str, Any]]) -> str | None:
        """Return why metrics (`baselines.regression_metrics`) do not pass, None if they do."""
        value = float(metrics[self.metric]["value"])
        if value <= self.limit if self.at_most else value >= self.limit:
            return None
        side = "at most" if self.at_most else "at least"
        return f"the gate refuses it: {self.metric} is {value:.4g}, expected {side} {self.limit:g}"
