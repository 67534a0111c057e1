"""What the analyses of a monitoring job read; what it is depends on the model."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from sagemaker_pipelines.monitoring.drift_result import Drift
from sagemaker_pipelines.monitoring.report import Chart, Explanation

PREDICTION = "prediction"  # is compared like a feature
FORECAST_CAPTURE = "forecast-capture"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The window compared with the baseline, feature by feature."""

    drifts: Sequence[Drift]
    charts: dict[str, Chart | None]
    new: Sequence[str]  # features that the baseline has not
    explanation: Explanation


class Data(Protocol):
    """The data of a model, at its training and in the window."""

    # Folders besides that of data capture with records of requests.
    capture_folders: tuple[str, ...]

    @property
    def baseline(self) -> pd.DataFrame:
        """Features of the baseline."""
        ...

    @property
    def window(self) -> pd.DataFrame:
        """Features of the window; without rows if there is nothing to say about it."""
        ...

    def comparison(self) -> Comparison:
        """Compare every feature, and the forecast, with the baseline."""
        ...
