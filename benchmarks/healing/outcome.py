"""What a simulated run did: production beside the reference, and each promotion."""

from dataclasses import dataclass

import numpy as np

from benchmarks.healing.contender import HORIZON, Contender
from benchmarks.healing.loop import Loop
from common.reference_forecast import REFERENCE
from sagemaker_pipelines.tournament import windows
from sagemaker_pipelines.tournament.comparison import compare

STEP = 5  # minutes between origins
MINIMUM_WINDOWS = 48
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class PromotionResult:
    """A promoted model beside the one it replaced, on the same windows after the promotion."""

    hour: float
    replaced: str
    promoted: str
    ratio: float
    significantly_worse: bool
    loss: float
    replaced_loss: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """One seed: loss ratios of production to the reference, and the promotions."""

    seed: int
    before: float  # from the first model to the change
    after: float  # from two hours after the change to the end of the demo
    last_hours: float  # of the demo
    trainings: int
    late_trainings: int  # after the last promotion of a candidate
    served: list[str]
    promotions: list[PromotionResult]


def outcome(seed: int, loop: Loop, change: int, demo_end: int) -> Outcome:
    """Judge a finished run; `change` and `demo_end` are minutes of the stream."""
    healthy = [p.minute for p in loop.promotions if p.model.name != REFERENCE]
    last = healthy[-1] if healthy else 0
    return Outcome(
        seed,
        _ratio(loop, 0, change),
        _ratio(loop, change + 120, demo_end),
        _ratio(loop, demo_end - 240, demo_end),
        len(loop.tournaments),
        sum(t.minute > last for t in loop.tournaments),
        [f"{p.minute / 60:.1f} h {p.model.name}" for p in loop.promotions],
        [r for n in range(1, len(loop.promotions)) if (r := _promotion(loop, n, change))],
    )


def _ratio(loop: Loop, first: int, end: int) -> float:
    """Return production's loss relative to the reference over all origins in [first, end)."""
    own = reference = 0.0
    for origin in range(first, min(end, len(loop.stream)) - HORIZON + 1, STEP):
        if model := _serving(loop, origin):
            own += float(model.losses([origin])[0])
            reference += float(loop.reference.losses([origin])[0])
    return own / reference if reference else float("nan")


def _serving(loop: Loop, minute: int) -> Contender | None:
    served = [p.model for p in loop.promotions if p.minute <= minute]
    return served[-1] if served else None


def _promotion(loop: Loop, number: int, change: int) -> PromotionResult | None:
    """Compare until the next promotion or the change, but on at least MINIMUM_WINDOWS windows."""
    promotion, before = loop.promotions[number], loop.promotions[number - 1]
    begin = -(-promotion.minute // STEP) * STEP
    ends = [p.minute for p in loop.promotions[number + 1 :]] + [len(loop.stream)]
    if begin < change:
        ends.append(change)
    end = max(min(ends), begin + MINIMUM_WINDOWS * STEP + HORIZON)
    origins = range(begin, min(end, len(loop.stream)) - HORIZON, STEP)
    if len(origins) < MINIMUM_WINDOWS:
        return None
    own, replaced = promotion.model.losses(origins), before.model.losses(origins)
    found = compare(own, replaced, overlap=windows.overlap(HORIZON), confidence=CONFIDENCE)
    return PromotionResult(
        round(promotion.minute / 60, 1),
        before.model.name,
        promotion.model.name,
        found.ratio,
        found.worse,
        float(np.sum(own)),
        float(np.sum(replaced)),
    )
