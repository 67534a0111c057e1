"""The loop without AWS: readings, breach, attempts, tournaments, promotions of one stream.

Everything that decides is the code of the functions and steps; only the clock, the endpoint and
the registry are simulated.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from benchmarks.healing.contender import HORIZON, LAG_MINUTES, REQUEST_MINUTES, Array, Contender
from common import breach, threshold, times
from common.alarm_policy import AlarmPolicy
from common.breach import Reading
from common.reference_forecast import REFERENCE
from common.threshold import ThresholdPolicy
from common.threshold_parameter import ThresholdParameter
from common.tournament import minimum_minutes
from common.training_workflow.execution import Execution
from retrain_trigger import attempts
from retrain_trigger.attempts import Situation
from sagemaker_pipelines.paths import JobError
from sagemaker_pipelines.tournament import windows
from sagemaker_pipelines.tournament.candidates import Candidate
from sagemaker_pipelines.tournament.verdict import Losses, Verdict, decide
from threshold_updater import documents, version_windows
from threshold_updater.version_windows import Rules

CHECK_MINUTES = 15  # between two checks whether a training is due
DEPLOYMENT_MINUTES = 20  # from the start of a training until its model serves
HISTORY_HOURS = 48
COOLDOWN, DAILY_CAP = timedelta(hours=2), 6
ALARM = AlarmPolicy()
RULES = Rules(ALARM, ThresholdPolicy(), HORIZON)
REQUIREMENT = windows.Requirement(HORIZON, REQUEST_MINUTES)


@dataclass(frozen=True, slots=True)
class Tournament:
    """A training: when (minutes of the stream), loss ratios to the reference, and the verdict."""

    minute: int
    ratios: dict[str, float]
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Promotion:
    """A model that serves from a minute of the stream on."""

    minute: int
    model: Contender


@dataclass(slots=True)
class Loop:
    """The state of the loop; `run` advances it to the end of the stream."""

    stream: pd.Series
    candidates: tuple[Candidate, ...]
    reference: Contender = field(init=False)
    promotions: list[Promotion] = field(default_factory=list)
    tournaments: list[Tournament] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    parameter: ThresholdParameter = field(default_factory=ThresholdParameter)
    judged_since: datetime | None = None  # first judged window of the version in production

    def __post_init__(self) -> None:
        self.reference = Contender(REFERENCE, self.stream)

    def run(self) -> None:
        """Check for a due training every CHECK_MINUTES, and measure production every hour."""
        for minute in range(0, len(self.stream) + 1, CHECK_MINUTES):
            if minute % 60 == 0 and self.promotions and self.promotions[-1].minute <= minute:
                self._measure(minute)
            if self._due(minute):
                self._train(minute)

    def _time(self, minute: int) -> datetime:
        found: datetime = self.stream.index[0].to_pydatetime() + minute * times.MINUTE
        return found

    def _measure(self, minute: int) -> None:
        end = minute - LAG_MINUTES
        known = self.parameter.known_until
        model = self.promotions[-1].model
        scored = []
        for number in range(1, ALARM.windows_per_reading + 1):
            origin = end - number * HORIZON
            if known is None or self._time(origin) >= known:
                loss, reference = (c.losses([origin])[0] for c in (model, self.reference))
                scored.append((origin, threshold.score(loss, reference)))
        found = [score for _, score in scored if score is not None]
        now = times.iso(self._time(minute))
        reading = breach.judge(self.readings, now, found, self.parameter.threshold, ALARM)
        self.readings.append(reading)
        result = {
            "breach": reading.breach,
            "package_arn": self.parameter.set_by,
            "stage": "production",
            "time": now,
            "windows": [
                {"first_minute": times.iso(self._time(origin)), "score": score}
                for origin, score in scored
            ],
        }
        document = documents.Reading.model_validate(result)
        self.parameter = version_windows.measured(self.parameter, document, RULES)

    def _due(self, minute: int) -> bool:
        now = self._time(minute)
        if not self.promotions:
            return minute >= minimum_minutes(HORIZON) + LAG_MINUTES
        situation = self._situation()
        executions = self._executions()
        today = sum(now - execution.started < timedelta(days=1) for execution in executions)
        if situation is None or today >= DAILY_CAP:
            return False
        registered = [self._time(p.minute - DEPLOYMENT_MINUTES) for p in self.promotions]
        attempt = attempts.next_attempt(situation, executions, registered, COOLDOWN, HORIZON)
        return attempt.refusal(now) is None

    def _situation(self) -> Situation | None:
        """Return why a better model is needed, None if it is not."""
        if self.promotions[-1].model.name == REFERENCE:
            return Situation("the reference serves", self.judged_since)
        newest = self.readings[-1] if self.readings else None
        if newest is None or not newest.breach or newest.since is None:
            return None
        span = ALARM.windows_per_reading * HORIZON + LAG_MINUTES
        return Situation("breach", times.parse(newest.since) - span * times.MINUTE)

    def _executions(self) -> list[Execution]:
        return [
            Execution(self._time(t.minute), "Succeeded", "automatic", str(t.minute))
            for t in reversed(self.tournaments)
        ]

    def _train(self, minute: int) -> None:
        end = minute - LAG_MINUTES
        begin = max(0, end - HISTORY_HOURS * 60)
        history = self.stream.iloc[begin:end]
        try:
            origins = windows.origins(history, REQUIREMENT)
        except JobError:
            return
        firsts = {c.name: c.first(history, origins[0]) + begin for c in self.candidates}
        at = [origin + begin for origin in origins]
        judged = {n: Contender(n, self.stream, first, at[0]) for n, first in firsts.items()}
        losses = self._losses(judged, at)
        verdict = decide(losses)
        ratios = {n: float(v.sum() / losses.reference.sum()) for n, v in losses.candidates.items()}
        self.tournaments.append(Tournament(minute, ratios, verdict))
        if verdict.winner is None:
            return
        winner = self.reference
        own = losses.reference
        if verdict.winner != REFERENCE:
            winner = Contender(verdict.winner, self.stream, firsts[verdict.winner], end)
            own = losses.candidates[verdict.winner]
        self._promote(winner, minute, at, own, losses.reference)

    def _losses(self, judged: dict[str, Contender], origins: list[int]) -> Losses:
        champion, champion_from = None, 0
        if self.promotions:
            model = self.promotions[-1].model
            champion_from = sum(origin < model.end for origin in origins)
            champion = model.losses(origins[champion_from:])
        return Losses(
            {name: contender.losses(origins) for name, contender in judged.items()},
            self.reference.losses(origins),
            windows.overlap(HORIZON),
            champion,
            champion_from,
        )

    def _promote(
        self, winner: Contender, minute: int, origins: list[int], own: Array, reference: Array
    ) -> None:
        self.promotions.append(Promotion(minute + DEPLOYMENT_MINUTES, winner))
        self.readings = []
        self.judged_since = self._time(origins[0])
        scale = [float(np.nansum(self.stream.iloc[o : o + HORIZON])) for o in origins]
        judged = zip(origins, own, reference, scale, strict=True)
        report = {
            "trained_at": times.iso(self._time(winner.end)),
            "windows": [
                {
                    "first_minute": times.iso(self._time(origin)),
                    "wql": float(loss / total),
                    "reference_wql": float(other / total),
                }
                for origin, loss, other, total in judged
            ],
        }
        evaluation = documents.Evaluation.model_validate(report)
        deployed_at = times.iso(self._time(minute + DEPLOYMENT_MINUTES))
        self.parameter = version_windows.deployed(
            self.parameter, f"version/{len(self.promotions)}", deployed_at, evaluation, RULES
        )
