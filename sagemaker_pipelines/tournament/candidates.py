"""The candidates of a tournament by name: an algorithm, and the history that it is trained on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from common.errors import bad_value
from common.reference_forecast import REFERENCE
from common.tournament import MINIMUM_TRAINING_MINUTES
from sagemaker_pipelines import algorithms
from sagemaker_pipelines.paths import JobError

if TYPE_CHECKING:
    import pandas as pd

DEEPAR = "deepar"  # trained by jobs of its own; the other algorithms are in our image
# The reference is always judged, without being a candidate.
ALGORITHMS = tuple(name for name in algorithms.NAMES if name != REFERENCE)
RECENT = "_recent"  # suffix: trained on the newest MINIMUM_TRAINING_MINUTES before the windows
TUNED = f"{DEEPAR}_tuned"  # with the best hyperparameters of a search (a tuning job)
MAXIMUM = 6  # candidates in one tournament, to limit its cost


@dataclass(frozen=True, slots=True)
class Candidate:
    """One candidate."""

    name: str

    @property
    def algorithm(self) -> str:
        """Name of the algorithm, as in the hyperparameter `algorithm` of our image."""
        return DEEPAR if self.tuned else self.name.removesuffix(RECENT)

    @property
    def recent(self) -> bool:
        """Whether it is trained on recent history only."""
        return self.name.endswith(RECENT)

    @property
    def tuned(self) -> bool:
        """Whether a search finds its hyperparameters."""
        return self.name == TUNED

    def first(self, history: "pd.Series", first_window: int) -> int:
        """Return the position where its training data begin.

        Recent history begins where MINIMUM_TRAINING_MINUTES known values are left before the first
        window, which Amazon DeepAR requires.
        """
        if not self.recent:
            return 0
        known = history.iloc[:first_window].notna().to_numpy().nonzero()[0]
        return (
            int(known[-MINIMUM_TRAINING_MINUTES]) if len(known) > MINIMUM_TRAINING_MINUTES else 0
        )


def parse(names: str) -> list[Candidate]:
    """Parse names separated by commas; JobError names the wrong one."""
    found = [name.strip() for name in names.split(",")]
    for name in found:
        if name != TUNED and name.removesuffix(RECENT) not in ALGORITHMS:
            known = ", ".join(ALGORITHMS)
            raise JobError(
                bad_value(
                    "candidates", name, f"{known}, each with {RECENT} or without; or {TUNED}"
                )
            )
    if len(set(found)) != len(found) or len(found) > MAXIMUM:
        raise JobError(bad_value("candidates", names, f"at most {MAXIMUM} different names"))
    return [Candidate(name) for name in found]


def own(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the candidates of our image."""
    return [candidate for candidate in candidates if candidate.algorithm != DEEPAR]


def attributions_file(name: str) -> str:
    """Return the name of the file with a candidate's attributions, beside its forecasts."""
    return f"{name}.attributions.json"
