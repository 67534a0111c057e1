"""The drift report: one HTML file that needs no server, no network and no script. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from sagemaker_pipelines.monitoring.drift_result import Drift

WIDTH, HEIGHT, MARGIN = 460, 120, 6  # of a chart, in pixels
POINTS = 24  # of a line: the hours of a day, or as many quantiles


@dataclass(frozen=True, slots=True)
class Explanation:
    """What the report says about its comparison; sentences without a full stop have none."""

    compared: str  # what with what
    limits: str  # what the limits are
    compared_title: str  # of the column of the distances that decide
    chart: str  # what its lines are, and from where to where


@dataclass(frozen=True, slots=True)
class Chart:
    """Baseline and window as points of an SVG, in pieces without gaps."""

    baseline: list[str]
    window: list[str]
    low: float
    high: float


def hourly_chart(baseline: pd.Series, window: pd.Series) -> Chart | None:
    """Return the medians by hour of day (UTC) of a feature; None if nothing is known."""
    medians = [series.groupby(series.index.hour).median() for series in (baseline, window)]
    return _chart([line.reindex(range(POINTS)).to_numpy(float) for line in medians])


def quantile_chart(baseline: pd.Series, window: pd.Series) -> Chart | None:
    """Return the quantiles from 0 to 1 of a feature; None if nothing is known."""
    shares = np.linspace(0, 1, POINTS)
    return _chart([series.quantile(shares).to_numpy(float) for series in (baseline, window)])


def _chart(lines: Sequence[np.ndarray]) -> Chart | None:
    rows = np.array(lines)
    if np.isnan(rows).all():
        return None
    low, high = float(np.nanmin(rows)), float(np.nanmax(rows))
    before, now = (_pieces(row, low, high) for row in rows)
    return Chart(before, now, low, high)


def _pieces(row: np.ndarray, low: float, high: float) -> list[str]:
    step, span = (WIDTH - 2 * MARGIN) / (POINTS - 1), (high - low) or 1.0
    pieces: list[list[str]] = [[]]
    for number, value in enumerate(row):
        if np.isnan(value):
            pieces.append([])
            continue
        y = HEIGHT - MARGIN - (value - low) / span * (HEIGHT - 2 * MARGIN)
        pieces[-1].append(f"{MARGIN + number * step:.1f},{y:.1f}")
    return [" ".join(piece) for piece in pieces if piece]


def html(
    about: dict[str, Any],
    explanation: Explanation,
    drifts: Sequence[Drift],
    charts: dict[str, Chart | None],
) -> str:
    """Return the report; features that drifted most come first."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined
    )
    environment.filters["number"] = _number
    ordered = sorted(drifts, key=lambda drift: -(drift.score or 0.0))
    template = environment.get_template("report.html.j2")
    return template.render(
        about=about,
        explanation=explanation,
        drifts=ordered,
        charts=charts,
        width=WIDTH,
        height=HEIGHT,
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
