"""evaluation.json of a tournament: every contender's numbers, and the verdict. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import pandas as pd

from common import times
from common.deepar import QUANTILE_LEVELS
from common.reference_forecast import REFERENCE
from sagemaker_pipelines.monitoring import baselines
from sagemaker_pipelines.tournament import model_card, scores, windows
from sagemaker_pipelines.tournament.candidates import DEEPAR, Candidate
from sagemaker_pipelines.tournament.comparison import Comparison, compare
from sagemaker_pipelines.tournament.scores import Array, Forecasts
from sagemaker_pipelines.tournament.verdict import CHAMPION, Losses, Verdict, decide

NAIVE = "naive"  # the last known value repeated; it takes no part
NOBODY = "none"


class ChampionVersion(Protocol):
    """The version in production."""

    @property
    def version(self) -> int:
        """Version in the model registry."""

    @property
    def candidate(self) -> str:
        """Its name in the tournament that it won."""

    @property
    def trained_at(self) -> datetime | None:
        """End of its training data."""


def naive_forecasts(windows: Sequence[Mapping[str, Any]]) -> Forecasts:
    """Return the last known value repeated, for all quantiles."""
    rows = np.array([[window["naive"]] * len(window["truth"]) for window in windows], float)
    return Forecasts(dict.fromkeys(QUANTILE_LEVELS, rows), rows)


@dataclass(frozen=True)
class Evaluation:
    """The windows of a tournament, and the forecasts of all contenders for them."""

    windows: Sequence[Mapping[str, Any]]
    history: Mapping[str, Any]  # summary.json of ReadHistory
    trained_at: datetime
    candidates: Mapping[str, Forecasts]
    reference: Forecasts
    naive: Forecasts
    champion: tuple[ChampionVersion, Forecasts] | None
    champion_left_out: str | None = None  # why there is a champion that takes no part
    uses: model_card.Uses = model_card.FORECASTER

    @cached_property
    def truth(self) -> Array:
        """Truths of all windows (satoshi), NaN where missing: shape (windows, horizon)."""
        return np.array([window["truth"] for window in self.windows], float)

    @property
    def overlap(self) -> int:
        """How many consecutive windows share minutes."""
        return windows.overlap(self.truth.shape[1])

    @cached_property
    def champion_from(self) -> int:
        """Position of the first window that the champion was not trained on."""
        version = self.champion[0] if self.champion else None
        if version is None or version.trained_at is None or version.candidate == REFERENCE:
            return 0
        firsts = [times.parse(window["first_minute"]) for window in self.windows]
        return sum(first < version.trained_at for first in firsts)

    @cached_property
    def losses(self) -> Losses:
        """Losses per window of the contenders."""
        champion = None
        if self.champion:
            champion = scores.mean_losses(self.truth, self.champion[1])[self.champion_from :]
        return Losses(
            {name: scores.mean_losses(self.truth, f) for name, f in self.candidates.items()},
            scores.mean_losses(self.truth, self.reference),
            self.overlap,
            champion,
            self.champion_from,
            self.champion_left_out,
        )

    @cached_property
    def verdict(self) -> Verdict:
        """The verdict."""
        return decide(self.losses)

    @cached_property
    def best(self) -> tuple[str, Forecasts]:
        """The winner, or the best candidate if the champion stays, and its forecasts."""
        name = self.verdict.winner or min(
            self.candidates, key=lambda name: float(self._loss(name).sum())
        )
        return name, self.reference if name == REFERENCE else self.candidates[name]

    def report(self) -> dict[str, Any]:
        """Return evaluation.json."""
        winner = self.verdict.winner
        best, forecasts = self.best
        regression = baselines.regression_metrics(self.truth, forecasts.mean)
        trained_at = times.iso(self.trained_at)
        report = {
            "summary": self._summary(),
            "winner": winner,
            "reason": self.verdict.reason,
            # What the pipeline's conditions and the training of the winner read.
            "training": {
                "image": self._image(),
                "algorithm": Candidate(winner).algorithm if winner else NOBODY,
                "candidate": winner or NOBODY,
                "span": f"{self._training_start(best)} to {self.history['last']}",
            },
            "champion": self._champion(),
            "champion_left_out": self.champion_left_out,
            "contenders": self.contenders,
            "windows": self._windows(best),
            "trained_at": trained_at,
            "history": self.history,
            # Model Monitor's statistics of a regression model, which the registry displays.
            "version": 0.0,
            "dataset": {
                "item_count": int((~np.isnan(self.truth)).sum()),
                "evaluation_time": trained_at,
            },
            "regression_metrics": regression,
        }
        return {**report, "model_card": model_card.content(report, self.uses)}

    def backtest(self) -> pd.DataFrame:
        """Return the forecasts of `best` for all windows, a row per window and minute."""
        horizon, forecasts = self.truth.shape[1], self.best[1]
        firsts = pd.DatetimeIndex([window["first_minute"] for window in self.windows])
        starts = firsts.repeat(horizon)
        offsets = pd.to_timedelta(np.tile(np.arange(horizon), len(firsts)), unit="min")
        columns = {
            "window": starts,
            "minute": starts + offsets,
            "label": self.truth.ravel(),
            "prediction": forecasts.mean.ravel(),
        }
        quantiles = {
            f"q{float(level) * 100:g}": rows.ravel() for level, rows in forecasts.quantiles.items()
        }
        return pd.DataFrame(columns | quantiles)

    def decision(self) -> dict[str, Any]:
        """Return the detail of the decision event."""
        return {
            "winner": self.verdict.winner,
            "reason": self.verdict.reason,
            "champion": self._champion(),
            "champion_left_out": self.champion_left_out,
            "contenders": {name: row["mean_wql"] for name, row in self.contenders.items()},
        }

    def _loss(self, name: str) -> Array:
        return self.losses.reference if name == REFERENCE else self.losses.candidates[name]

    def _image(self) -> str:
        """Return which steps train the winner: `deepar`, `tuned`, `own` or `none`."""
        if self.verdict.winner is None:
            return NOBODY
        winner = Candidate(self.verdict.winner)
        if winner.tuned:
            return "tuned"
        return DEEPAR if winner.algorithm == DEEPAR else "own"

    def _training_start(self, name: str) -> str:
        return str(self.history["training_start"].get(name, self.history["first"]))

    def _champion(self) -> dict[str, Any] | None:
        if self.champion is None:
            return None
        version = self.champion[0]
        return {"version": version.version, "candidate": version.candidate}

    @cached_property
    def contenders(self) -> dict[str, dict[str, Any]]:
        """The scores of everyone, and how they compare with reference, naive and champion."""
        every = {**self.candidates, REFERENCE: self.reference, NAIVE: self.naive}
        rivals = {
            REFERENCE: self.losses.reference,
            NAIVE: scores.mean_losses(self.truth, self.naive),
        }
        losses = {**self.losses.candidates, **rivals}
        rows = {name: self._row(name, f, losses[name], rivals) for name, f in every.items()}
        if self.champion and self.losses.champion is not None and len(self.losses.champion):
            own = self.losses.champion
            rows[CHAMPION] = self._row(CHAMPION, self.champion[1], own, rivals)
        return rows

    def _row(
        self, name: str, forecasts: Forecasts, losses: Array, rivals: Mapping[str, Array]
    ) -> dict[str, Any]:
        """Return one contender's scores on the windows that it has losses of, the newest ones."""
        first = len(self.windows) - len(losses)
        naive_error = self.history["naive_error"]
        row = scores.report(self.truth[first:], forecasts.windows(first), naive_error)
        for other, against in rivals.items():
            if name != other:
                comparison = compare(losses, against[first:], overlap=self.overlap)
                row[f"against_{other}"] = comparison.to_dict()
        with_champion = self._against_champion(name)
        return {**row, **({"against_champion": with_champion.to_dict()} if with_champion else {})}

    def _against_champion(self, name: str) -> Comparison | None:
        if name in (CHAMPION, NAIVE):
            return None
        return self.losses.against_champion(name)

    def _windows(self, name: str) -> list[dict[str, Any]]:
        """Return the losses of each window, from which the version's threshold follows."""
        scale = scores.scale(self.truth)
        rows = zip(self._loss(name) / scale, self.losses.reference / scale, strict=True)
        return [
            {"first_minute": w["first_minute"], "wql": float(own), "reference_wql": float(ref)}
            for w, (own, ref) in zip(self.windows, rows, strict=True)
        ]

    def _summary(self) -> str:
        wqls = {n: row["mean_wql"] for n, row in self.contenders.items() if n != NAIVE}
        numbers = ", ".join(f"{name} {value:.3f}" for name, value in wqls.items())
        winner = self.verdict.winner
        start = f"{winner} wins" if winner else "no new version"
        return (
            f"{start}: {self.verdict.reason}. Mean wQL of {len(self.windows)} windows: {numbers}."
        )
