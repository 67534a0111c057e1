"""Which contender of a tournament is served. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from common.reference_forecast import REFERENCE
from sagemaker_pipelines.tournament.comparison import Comparison, compare
from sagemaker_pipelines.tournament.scores import Array

CHAMPION = "champion"
MINIMUM_CHAMPION_WINDOWS = 12  # fewer say nothing about the champion


@dataclass(frozen=True, slots=True)
class Verdict:
    """The winner (None: the champion stays) and why."""

    winner: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Losses:
    """Losses per window of every contender, oldest window first.

    The champion may have been trained on the older windows; it is judged only on those from
    position `champion_from`. `champion` is None before the first model, and if it is left out
    because it cannot be asked.
    """

    candidates: Mapping[str, Array]
    reference: Array
    overlap: int  # how many consecutive windows share minutes
    champion: Array | None = None
    champion_from: int = 0
    left_out: str | None = None  # why a champion takes no part

    def against_reference(self, name: str) -> Comparison:
        """Compare a candidate with the reference on all windows."""
        return compare(self.candidates[name], self.reference, overlap=self.overlap)

    def against_champion(self, name: str) -> Comparison | None:
        """Compare a candidate or the reference with the champion, if enough windows are left."""
        if self.champion is None or len(self.champion) < MINIMUM_CHAMPION_WINDOWS:
            return None
        losses = self.reference if name == REFERENCE else self.candidates[name]
        return compare(losses[self.champion_from :], self.champion, overlap=self.overlap)


def decide(losses: Losses) -> Verdict:
    """Return the verdict.

    A candidate qualifies if it beats the reference; the reference always does. The best qualified
    contender replaces the champion if it beats it. To beat means that the 90 % interval of the
    paired comparison is below 1, so that a tie keeps what is served.
    """
    qualified = [name for name in losses.candidates if losses.against_reference(name).better]
    ranking = sorted(qualified, key=lambda name: float(losses.candidates[name].sum()))
    contenders = [*ranking, REFERENCE]
    if losses.champion is None:
        best = contenders[0]
        missing = "there is no champion yet"
        if losses.left_out:
            missing = f"the champion takes no part ({losses.left_out})"
        return Verdict(best, f"{_beats(losses, best)}; {missing}")
    if len(losses.champion) < MINIMUM_CHAMPION_WINDOWS:
        return Verdict(
            None,
            f"the champion stays: only {len(losses.champion)} of the judged windows are after its "
            f"training, at least {MINIMUM_CHAMPION_WINDOWS} are needed to compare with it",
        )
    for name in contenders:
        comparison = losses.against_champion(name)
        if comparison and comparison.better:
            also = "and" if name != REFERENCE else "and the champion; the reference beats"
            reason = f"{_beats(losses, name)} {also} the champion ({_text(comparison)})"
            return Verdict(name, reason)
    return Verdict(None, _kept(losses, contenders[0]))


def _kept(losses: Losses, best: str) -> str:
    comparison = losses.against_champion(best)
    assert comparison is not None  # noqa: S101 - there are enough windows
    how = "worse than" if comparison.worse else "no better than"
    return f"the champion stays: the best contender, {best}, is {how} it ({_text(comparison)})"


def _beats(losses: Losses, name: str) -> str:
    if name == REFERENCE:
        return "no candidate beats the reference"
    return f"{name} beats the reference ({_text(losses.against_reference(name))})"


def _text(comparison: Comparison) -> str:
    return (
        f"loss ratio {comparison.ratio:.2f}, 90 % interval {comparison.low:.2f} to "
        f"{comparison.high:.2f}"
    )
