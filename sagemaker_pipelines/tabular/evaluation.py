"""The verdict on a tabular model: the tournament's, and the gate's. Pure."""

from dataclasses import dataclass, field
from functools import cached_property

from common.reference_forecast import REFERENCE
from sagemaker_pipelines.monitoring import baselines
from sagemaker_pipelines.tabular.gate import Gate
from sagemaker_pipelines.tournament.evaluation import Evaluation
from sagemaker_pipelines.tournament.verdict import Verdict, decide


@dataclass(frozen=True)
class TabularEvaluation(Evaluation):
    """A tournament whose reference, the mean of the training targets, is never registered."""

    gate: Gate = field(kw_only=True)

    @cached_property
    def champion_from(self) -> int:
        """No version was trained on held-out rows, whenever that was."""
        return 0

    @cached_property
    def verdict(self) -> Verdict:
        """The verdict: a winner has passed the gate, too."""
        found = decide(self.losses)
        if found.winner is None:
            return found
        if found.winner == REFERENCE:
            return Verdict(None, f"no version: {found.reason}")
        metrics = baselines.regression_metrics(self.truth, self.candidates[found.winner].mean)
        refusal = self.gate.refusal(metrics)
        return Verdict(None, f"no version: {refusal}") if refusal else found
