"""`train`: from channels to a model folder, and failure reasons."""

import json
import shutil

import numpy as np
import pytest

from sagemaker_pipelines.container.algorithms.deepar.forecaster import Forecaster
from sagemaker_pipelines.container.algorithms.deepar.hyperparameters import Hyperparameters
from sagemaker_pipelines.container.series import Series, no_features
from sagemaker_pipelines.container.series import parse as series
from sagemaker_pipelines.paths import Paths
from tests.support.training_jobs import SMALL, channel, train, wave

START = "2024-10-10 00:00:00"


def test_training_writes_a_model_and_logs_like_amazon_deepar(trained):
    paths, log = trained
    assert {path.name for path in paths.model.iterdir()} == {"model.npz", "metadata.json"}
    assert not paths.failure.exists()
    for text in ("epoch=2, train loss <loss>=", "completed 100 % of epochs", "train final_loss"):
        assert text in log
    for text in ("RMSE", "mean_wQuantileLoss", "wQuantileLoss[0.5]"):
        assert f"#test_score (algo-1, {text}): " in log


def test_training_is_deterministic(trained, tmp_path):
    paths, _ = trained
    shutil.copytree(paths.base / "input", tmp_path / "input")
    assert train(tmp_path).returncode == 0
    with (
        np.load(paths.model / "model.npz") as first,
        np.load(Paths(tmp_path).model / "model.npz") as second,
    ):
        assert all((first[name] == second[name]).all() for name in first.files)


@pytest.mark.parametrize(
    ("entries", "hyperparameters", "reason"),
    [
        (None, {}, "train channel: missing"),
        ([], {}, "train channel: got 0 observations, expected at least 300"),
        ([{"start": START, "target": [1.0] * 299}], {}, "got 299 observations"),
        (
            [{"start": "noon", "target": [1.0]}],
            {},
            "channel: start: got 'noon', expected a time",
        ),
        (["no series"], {}, "train channel: series: got 'no series', expected a JSON object"),
        (
            [{"start": START, "target": [1.0] * 400, "cat": [0]}],
            {"algorithm": "gradient_boosting"},
            "got the fields cat or dynamic_feat, which gradient_boosting does not learn from; set",
        ),
        ([{"start": START, "target": [1.0]}] * 300, {}, "longest training series: got 1 values"),
        ([], {"epochs": "many"}, "hyperparameter epochs: got 'many', expected a valid integer"),
    ],
    ids=["absent", "empty", "few", "start", "text", "cat", "short", "hyperparameter"],
)
def test_invalid_input_fails_with_its_reason(tmp_path, entries, hyperparameters, reason):
    if entries is not None:
        channel(tmp_path, "train", entries)
    finished = train(tmp_path, **hyperparameters)
    assert finished.returncode == 1
    assert reason in Paths(tmp_path).failure.read_text()
    assert finished.stderr.strip().startswith("failed: ")
    assert "Traceback" not in finished.stderr


def test_malformed_json_names_the_channel(tmp_path):
    channel(tmp_path, "train", [])
    (tmp_path / "input/data/train/train.json").write_text("{")
    assert train(tmp_path).returncode == 1
    assert "train channel: " in Paths(tmp_path).failure.read_text()


@pytest.mark.filterwarnings("ignore")  # of GluonTS
@pytest.mark.parametrize("likelihood", ["student-T", "gaussian", "negative-binomial"])
@pytest.mark.parametrize("covariates", [False, True], ids=["target", "cat and dynamic_feat"])
def test_numpy_forecaster_is_equivalent_to_the_torch_network(tmp_path, likelihood, covariates):
    # Imported here, because it takes seconds and warns.
    import torch  # noqa: PLC0415

    from sagemaker_pipelines.container.algorithms.deepar import (  # noqa: PLC0415
        batches,
        export,
        features,
        network,
    )

    parameters = Hyperparameters.parse(SMALL | {"likelihood": likelihood})
    torch.manual_seed(1)
    rng = np.random.default_rng(0)
    dynamic = rng.normal(5, 3, (2, 600)).astype(np.float32) if covariates else no_features()
    inputs = features.Inputs(60, ["hour"], *([[5.0, 4.0], [3.0, 2.0]] if covariates else []))
    model = network.build(parameters, inputs, [2, 4] if covariates else []).eval()
    export.write(model, parameters, inputs, {}, tmp_path)
    target = np.round(wave(600))
    past = model.past_length
    start = series({"start": START, "target": [1]}).start
    cat = (1, 2) if covariates else ()
    whole = Series(start, target.astype(np.float32), cat, dynamic)
    windows = batches.Windows([whole], parameters, inputs, past)
    batch = windows.batch(np.array([[0, 500]]))
    with torch.no_grad():
        expected, scale, *_ = model.unroll_lagged_rnn(
            batch["feat_static_cat"],
            batch["feat_static_real"],
            batch["past_time_feat"],
            batch["past_target"],
            batch["past_observed_values"],
            batch["future_time_feat"][:, :1],
        )
    found, _, found_scale, *_ = Forecaster.load(tmp_path).unroll(whole.upto(500))
    assert found_scale == pytest.approx(float(scale), rel=1e-5)
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours[-1], theirs[0, -1], rtol=2e-3, atol=2e-4)


def test_metadata_has_what_serving_requires(trained):
    metadata = json.loads((trained[0].model / "metadata.json").read_text())
    assert metadata["context_length"] == 10
    assert metadata["prediction_length"] == 5
    assert metadata["likelihood"] == "student-T"
    assert min(metadata["lags"]) == 1
