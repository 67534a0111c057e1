"""The drift report: one HTML file that needs no server, no network and no script. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from sagemaker_pipelines.monitoring.drift import Drift

WIDTH, HEIGHT, MARGIN = 460, 120, 6  # of a chart, in pixels
HOURS = 24


@dataclass(frozen=True, slots=True)
class Chart:
    """Medians by hour of day (UTC) as points of an SVG, in pieces without gaps."""

    baseline: list[str]
    window: list[str]
    low: float
    high: float


def chart(baseline: pd.Series, window: pd.Series) -> Chart | None:
    """Return the chart of a feature; None if nothing is known."""
    medians = [series.groupby(series.index.hour).median() for series in (baseline, window)]
    rows = np.array([line.reindex(range(HOURS)).to_numpy(float) for line in medians])
    if np.isnan(rows).all():
        return None
    low, high = float(np.nanmin(rows)), float(np.nanmax(rows))
    before, now = (_pieces(row, low, high) for row in rows)
    return Chart(before, now, low, high)


def _pieces(row: np.ndarray, low: float, high: float) -> list[str]:
    step, span = (WIDTH - 2 * MARGIN) / (HOURS - 1), (high - low) or 1.0
    pieces: list[list[str]] = [[]]
    for hour, value in enumerate(row):
        if np.isnan(value):
            pieces.append([])
            continue
        y = HEIGHT - MARGIN - (value - low) / span * (HEIGHT - 2 * MARGIN)
        pieces[-1].append(f"{MARGIN + hour * step:.1f},{y:.1f}")
    return [" ".join(piece) for piece in pieces if piece]


def html(about: dict[str, Any], drifts: Sequence[Drift], charts: dict[str, Chart | None]) -> str:
    """Return the report; features that drifted most come first."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined
    )
    environment.filters["number"] = _number
    ordered = sorted(drifts, key=lambda drift: -(drift.score or 0.0))
    template = environment.get_template("report.html.j2")
    return template.render(
        about=about, drifts=ordered, charts=charts, width=WIDTH, height=HEIGHT, hours=HOURS
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
