"""The step that trains and asks the candidates of our image."""

import json

import pytest
import torch

from sagemaker_pipelines.steps import forecast_candidates
from sagemaker_pipelines.training import pipeline
from tests.support.offline_store import START

TARGET = [1000.0 + 100 * (n % 40) for n in range(420)]


def test_pipeline_passes_every_hyperparameter_to_the_step():
    arguments = pipeline.forecast_candidates.render()["Arguments"]["AppSpecification"]
    given = {word for word in arguments["ContainerArguments"] if isinstance(word, str)}
    expected = {f"--{name.replace('_', '-')}" for name in forecast_candidates.HYPERPARAMETERS}
    assert expected <= given


@pytest.fixture
def _one_thread():
    """Train with one thread, as the job does: on a busy machine more are many times slower."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.usefixtures("_one_thread")
@pytest.mark.filterwarnings("ignore")
def test_every_candidate_of_our_image_has_one_forecast_per_request(tmp_path, monkeypatch):
    monkeypatch.setenv("SAGEMAKER_BASE_DIR", str(tmp_path))
    folder = tmp_path / "processing"
    start = START.strftime("%Y-%m-%d %H:%M:%S")
    line = json.dumps({"start": start, "target": TARGET}) + "\n"
    names = ("gradient_boosting", "ensemble_recent")
    for name in names:
        (folder / "train" / name).mkdir(parents=True)
        (folder / "train" / name / "train.json").write_text(line)
    (folder / "requests").mkdir()
    request = json.dumps({"start": start, "target": TARGET[:270]}) + "\n"
    (folder / "requests" / "requests.jsonl").write_text(request * 3)
    (folder / "test").mkdir()
    held_out = json.dumps({"start": start, "target": TARGET[:300]}) + "\n"
    (folder / "test" / "test.json").write_text(held_out * 4)
    values = {
        "time_freq": "1min",
        "context_length": 60,
        "prediction_length": 30,
        "epochs": 1,
        "learning_rate": 0.005,
        "mini_batch_size": 32,
        "num_cells": 8,
        "num_layers": 1,
        "dropout_rate": 0.1,
        "likelihood": "student-T",
        "early_stopping_patience": 10,
    }
    options = [f"--{name.replace('_', '-')}={value}" for name, value in values.items()]

    forecast_candidates.main(
        [f"--candidates=deepar,{','.join(names)}", "--forecast-samples=20", *options]
    )

    reports = []
    for name in names:
        lines = (folder / "forecasts" / f"{name}.jsonl").read_text().splitlines()
        forecasts = [json.loads(text) for text in lines]
        assert [len(forecast["mean"]) for forecast in forecasts] == [30, 30, 30]
        report = json.loads((folder / "forecasts" / f"{name}.attributions.json").read_text())
        [(model, found)] = report["models"].items()
        reports.append(found)
        assert (report["candidate"], model, found["rows"]) == (name, "gradient_boosting", 60)
        assert {"lag_1", "step"} <= {row["feature"] for row in found["features"]}
    assert reports[0] == reports[1]  # both have the same trees
    assert not (folder / "forecasts" / "deepar.jsonl").exists()


def test_unknown_candidate_is_the_failure_reason_of_the_job(tmp_path, monkeypatch):
    monkeypatch.setenv("SAGEMAKER_BASE_DIR", str(tmp_path))
    (tmp_path / "processing" / "requests").mkdir(parents=True)
    names = forecast_candidates.HYPERPARAMETERS
    options = [f"--{name.replace('_', '-')}=1" for name in names]

    with pytest.raises(SystemExit, match="candidates: got 'prophet', expected deepar"):
        forecast_candidates.main(["--candidates=prophet", "--forecast-samples=1", *options])

    assert "got 'prophet'" in (tmp_path / "output" / "message").read_text()
