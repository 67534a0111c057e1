"""evaluation.json."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from common import times
from sagemaker_pipelines.tournament.evaluation import Evaluation, naive_forecasts
from sagemaker_pipelines.tournament.scores import Forecasts

END = datetime(2024, 10, 10, 12, tzinfo=UTC)
FIRST = END - timedelta(minutes=150)
COUNT, HORIZON = 24, 30
TRUTH = np.random.default_rng(0).uniform(900, 1100, (COUNT, HORIZON))
WINDOWS = [
    {
        "first_minute": times.iso(FIRST + timedelta(minutes=5 * n)),
        "truth": TRUTH[n].tolist(),
        "naive": 1200.0,
    }
    for n in range(COUNT)
]
HISTORY = {
    "first": "2024-10-10T00:00:00Z",
    "last": "2024-10-10T11:54:00Z",
    "training_start": {"deepar": "2024-10-10T00:00:00Z", "ets": "2024-10-10T00:00:00Z"},
    "naive_error": 50.0,
}


@dataclass(frozen=True)
class Version:
    candidate: str = "deepar"
    trained_at: datetime | None = None
    version: int = 3


def forecasts(miss):
    """Return quantiles around truths that are missed by `miss` (satoshi)."""
    rows = {"0.1": TRUTH - 100 + miss, "0.5": TRUTH + miss, "0.9": TRUTH + 100 + miss}
    return Forecasts(rows, rows["0.5"])


def evaluation(candidates=(("deepar", 10), ("ets", 300)), reference=200, champion=None):
    return Evaluation(
        windows=WINDOWS,
        history=HISTORY,
        trained_at=END,
        candidates={name: forecasts(miss) for name, miss in candidates},
        reference=forecasts(reference),
        naive=naive_forecasts(WINDOWS),
        champion=champion,
    )


def test_report_of_a_winner():
    report = evaluation().report()

    assert report["winner"] == "deepar"
    assert report["training"] == {
        "image": "deepar",
        "algorithm": "deepar",
        "candidate": "deepar",
        "span": "2024-10-10T00:00:00Z to 2024-10-10T11:54:00Z",
    }
    assert set(report["contenders"]) == {"deepar", "ets", "reference", "naive"}
    best = report["contenders"]["deepar"]
    assert best["against_reference"]["ratio"] < 1 < report["contenders"]["ets"]["mean_wql"] * 1e9
    assert best["against_naive"]["skill"] > 0
    assert best["rmse"] == pytest.approx(10)
    assert best["mase"] == pytest.approx(10 / 50)
    assert best["coverage"] == 1.0
    assert report["regression_metrics"]["rmse"]["value"] == pytest.approx(10)
    assert report["summary"].startswith("deepar wins: deepar beats the reference")
    json.dumps(report, allow_nan=False)


def test_windows_have_the_losses_that_the_threshold_is_made_of():
    report = evaluation().report()

    assert [w["first_minute"] for w in report["windows"]] == [w["first_minute"] for w in WINDOWS]
    scale = np.abs(TRUTH).sum(axis=1)
    pooled = sum(w["wql"] * s for w, s in zip(report["windows"], scale, strict=True)) / scale.sum()
    assert pooled == pytest.approx(report["contenders"]["deepar"]["mean_wql"])


def test_reference_is_trained_by_our_image():
    report = evaluation(candidates=[("ets", 300)]).report()

    assert report["winner"] == "reference"
    assert report["training"]["image"] == "own"
    assert report["training"]["algorithm"] == "reference"
    assert {w["wql"] == w["reference_wql"] for w in report["windows"]} == {True}


def test_algorithm_of_a_recent_candidate():
    recent = evaluation(candidates=[("gradient_boosting_recent", 10)]).report()["training"]

    assert (recent["image"], recent["algorithm"]) == ("own", "gradient_boosting")


def test_tuned_winner_is_trained_by_steps_of_its_own():
    tuned = evaluation(candidates=[("deepar_tuned", 10)]).report()["training"]

    assert (tuned["image"], tuned["algorithm"]) == ("tuned", "deepar")
    assert tuned["candidate"] == "deepar_tuned"


def test_no_winner_leaves_nothing_to_train():
    found = evaluation(champion=(Version(trained_at=FIRST), forecasts(5)))
    report = found.report()

    assert report["winner"] is None
    assert report["training"]["image"] == "none"
    assert report["champion"] == {"version": 3, "candidate": "deepar"}
    assert (
        report["contenders"]["champion"]["mean_wql"] < report["contenders"]["deepar"]["mean_wql"]
    )
    assert report["contenders"]["deepar"]["against_champion"]["ratio"] > 1
    assert "the champion stays" in found.decision()["reason"]
    assert found.decision()["contenders"]["reference"] > 0


def test_champion_is_not_judged_on_its_training_data():
    found = evaluation(champion=(Version(trained_at=FIRST + timedelta(minutes=50)), forecasts(5)))

    assert found.champion_from == 10
    assert len(found.losses.champion) == 14


def test_reference_and_version_registered_by_hand_are_judged_on_all_windows():
    for version in (Version("reference", trained_at=END), Version("unknown", trained_at=None)):
        assert evaluation(champion=(version, forecasts(5))).champion_from == 0


def test_champion_that_was_trained_on_all_windows_has_no_numbers():
    report = evaluation(champion=(Version(trained_at=END), forecasts(5))).report()

    assert "champion" not in report["contenders"]
    assert report["winner"] is None
    assert "only 0 of the judged windows" in report["reason"]


def test_model_card_is_json_with_every_contender():
    report = evaluation().report()
    card = json.loads(report["model_card"])

    assert {entry["name"] for entry in card["evaluation_details"]} == set(report["contenders"])
    assert card["additional_information"]["caveats_and_recommendations"] == report["reason"]


def test_champion_that_cannot_answer_is_left_out_and_named_everywhere():
    reason = "version 3 (deepar): ModelError"
    found = replace(evaluation(), champion_left_out=reason)
    report, decision = found.report(), found.decision()

    assert report["winner"] == "deepar"
    for text in (report["reason"], report["summary"], decision["reason"]):
        assert f"the champion takes no part ({reason})" in text
    assert report["champion_left_out"] == decision["champion_left_out"] == reason
    assert (report["champion"], "champion" in report["contenders"]) == (None, False)
