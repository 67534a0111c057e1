"""Who wins a tournament."""

import numpy as np
import pytest

from sagemaker_pipelines.tournament import verdict
from sagemaker_pipelines.tournament.verdict import decide

RNG = np.random.default_rng(0)
REFERENCE = RNG.uniform(1, 2, 24)


def Losses(candidates, reference, champion=None, champion_from=0):  # noqa: N802
    return verdict.Losses(candidates, reference, 6, champion, champion_from)


NOISE = np.repeat([0.6, 1.3, 0.6, 1.3], 6)  # about as good as the reference, with a wide interval


def test_first_model_is_the_best_candidate_that_beats_the_reference():
    found = decide(Losses({"a": 0.8 * REFERENCE, "b": 0.6 * REFERENCE}, REFERENCE))

    assert found.winner == "b"
    assert found.reason.startswith("b beats the reference (loss ratio 0.60")


@pytest.mark.parametrize("factor", [1.0, 1.5, NOISE], ids=["equal", "worse", "tie"])
def test_reference_is_the_first_model_if_no_candidate_beats_it(factor):
    assert decide(Losses({"a": factor * REFERENCE}, REFERENCE)).winner == "reference"


def test_candidate_replaces_a_worse_champion():
    losses = Losses({"a": 0.6 * REFERENCE}, REFERENCE, champion=0.9 * REFERENCE)

    assert decide(losses).winner == "a"


def test_tie_keeps_the_champion():
    found = decide(Losses({"a": 0.6 * NOISE * REFERENCE}, REFERENCE, 0.6 * REFERENCE))

    assert found.winner is None
    assert "the champion stays" in found.reason
    assert "no better than" in found.reason


def test_candidate_that_loses_to_the_reference_is_not_registered():
    losses = Losses({"a": 1.2 * REFERENCE}, REFERENCE, champion=1.5 * REFERENCE)

    assert decide(losses).winner == "reference"


def test_champion_that_is_better_than_everyone_stays():
    found = decide(Losses({"a": 0.9 * REFERENCE}, REFERENCE, champion=0.5 * REFERENCE))

    assert found.winner is None
    assert "a, is worse than it" in found.reason


def test_champion_is_judged_only_on_windows_after_its_training():
    losses = Losses({"a": 0.6 * REFERENCE}, REFERENCE, 0.9 * REFERENCE[10:], champion_from=10)

    assert decide(losses).winner == "a"


def test_champion_stays_if_nearly_all_windows_were_in_its_training_data():
    losses = Losses({"a": 0.1 * REFERENCE}, REFERENCE, REFERENCE[20:], champion_from=20)

    found = decide(losses)

    assert found.winner is None
    assert "only 4 of the judged windows are after its training" in found.reason
