"""The comparison of rows by the loop beside usual ones."""

from collections.abc import Callable

import pandas as pd
from scipy import stats

from sagemaker_pipelines.monitoring.distances import psi
from sagemaker_pipelines.monitoring.row_drift import RowBaseline

Drifted = Callable[[pd.Series], bool]
TEXTBOOK_PSI = 0.25
SIGNIFICANCE = 0.05


def loop(baseline: pd.Series) -> Drifted:
    """Compare as the drift job does."""
    prepared = RowBaseline("feature", baseline)
    return lambda window: prepared.compare(window).drifted


def textbook(baseline: pd.Series) -> Drifted:
    """Compare by the usual rule: a population stability index above 0.25."""
    return lambda window: psi(baseline.to_numpy(), window.to_numpy()) > TEXTBOOK_PSI


def significance(baseline: pd.Series) -> Drifted:
    """Compare by the two-sample Kolmogorov-Smirnov test."""
    return lambda window: stats.ks_2samp(baseline, window, method="asymp").pvalue < SIGNIFICANCE


COMPARISONS: dict[str, Callable[[pd.Series], Drifted]] = {
    "loop": loop,
    "PSI > 0.25": textbook,
    "KS test, 5 %": significance,
}
