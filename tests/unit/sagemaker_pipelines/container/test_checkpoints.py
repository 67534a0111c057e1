"""An interrupted training goes on from its newest complete checkpoint, and ends the same."""

import hashlib
import io
import warnings
from dataclasses import dataclass

import numpy as np
import pytest
import torch

from sagemaker_pipelines.container.algorithms.deepar.checkpoint_store import (
    KEPT,
    Checkpoints,
    fingerprint,
)
from sagemaker_pipelines.container.algorithms.deepar.hyperparameters import Hyperparameters
from sagemaker_pipelines.container.series import parse
from tests.support.training_jobs import SMALL, wave

pytestmark = pytest.mark.filterwarnings("ignore")  # of GluonTS

EPOCHS = 5
TINY = {"epochs": str(EPOCHS), "context_length": "2", "prediction_length": "1", "num_cells": "2"}
PARAMETERS = Hyperparameters.parse(SMALL | TINY | {"mini_batch_size": "2", "dropout_rate": "0.3"})
SERIES = [parse({"start": "2024-10-10 00:00:00", "target": wave(200)})]


@dataclass
class Run:
    weights: dict
    epochs: list  # that were trained in this run
    progress: object


def run(folder, until=EPOCHS, parameters=PARAMETERS, series=SERIES, seed=0):
    """Train until an epoch, as a new process does."""
    torch.set_num_threads(1)
    # Imported here, because it takes seconds and warns.
    from sagemaker_pipelines.container.algorithms.deepar import (  # noqa: PLC0415
        batches,
        features,
        loop,
        network,
    )

    torch.manual_seed(seed)
    inputs = features.Inputs(parameters.step_seconds, [])
    model = network.build(parameters, inputs)
    windows = batches.Windows(series, parameters, inputs, model.past_length)
    epochs = []

    def on_epoch(progress):
        epochs.append(progress.epoch)
        return progress.epoch + 1 < until

    stored = Checkpoints(folder, fingerprint(series, parameters))
    progress = loop.fit(model, windows, parameters, stored, on_epoch)
    return Run(model.state_dict(), epochs, progress)


@pytest.fixture(scope="module")
def uninterrupted():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return run(None)


def same(one, other):
    return all(torch.equal(value, other.weights[name]) for name, value in one.weights.items())


def test_training_without_folder_writes_nothing(uninterrupted):
    assert (uninterrupted.epochs, uninterrupted.progress.resumed) == ([0, 1, 2, 3, 4], 0)


def test_interrupted_training_goes_on_and_ends_with_the_same_model(
    tmp_path, uninterrupted, capsys
):
    assert run(tmp_path, until=2).epochs == [0, 1]
    # A new process has another random state; that of the checkpoint counts.
    resumed = run(tmp_path, seed=99)

    assert (resumed.epochs, resumed.progress.resumed) == ([2, 3, 4], 2)
    assert same(resumed, uninterrupted)
    assert resumed.progress.best_epoch == uninterrupted.progress.best_epoch
    assert "Checkpoint epoch-00001.pt: the training goes on after it" in capsys.readouterr().out


def test_training_that_was_interrupted_after_its_last_epoch_trains_nothing(
    tmp_path, uninterrupted
):
    run(tmp_path)
    again = run(tmp_path)

    assert again.epochs == []
    assert same(again, uninterrupted)


def test_finished_training_is_not_continued():
    from sagemaker_pipelines.container.algorithms.deepar.loop import Progress  # noqa: PLC0415

    patient = PARAMETERS.model_copy(update={"early_stopping_patience": 2})
    assert [Progress(e, best_epoch=0).finished(patient) for e in (-1, 0, 1, 2)] == [
        *(False, False, False, True)
    ]
    assert [Progress(e, best_epoch=e).finished(patient) for e in (3, 4)] == [False, True]


def test_only_the_newest_are_kept(tmp_path):
    run(tmp_path)
    names = sorted(file.name for file in tmp_path.iterdir())
    assert names == [f"epoch-{EPOCHS - KEPT + n:05d}.pt" for n in range(KEPT)]


@pytest.mark.parametrize("length", [0, 40, -1])
def test_incomplete_checkpoint_is_ignored_for_the_one_before(
    tmp_path, uninterrupted, capsys, length
):
    run(tmp_path, until=3)
    newest = tmp_path / "epoch-00002.pt"
    newest.write_bytes(newest.read_bytes()[:length])
    resumed = run(tmp_path)

    assert resumed.epochs == [2, 3, 4]
    assert same(resumed, uninterrupted)
    assert "Checkpoint epoch-00002.pt is ignored: it is incomplete" in capsys.readouterr().out


def test_unfinished_write_is_no_checkpoint(tmp_path):
    (tmp_path / "incomplete").write_bytes(b"half")
    assert run(tmp_path).epochs == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("change", ["hyperparameters", "data"])
def test_checkpoint_of_another_training_is_ignored(tmp_path, capsys, change):
    run(tmp_path, until=1)
    parameters, series = PARAMETERS, SERIES
    if change == "data":
        series = [parse({"start": "2024-10-10 00:00:00", "target": [*wave(200)[:-1], 1.0]})]
    else:
        parameters = PARAMETERS.model_copy(update={"learning_rate": 0.02})
    assert run(tmp_path, until=1, parameters=parameters, series=series).epochs == [0]
    assert "its training had other data or hyperparameters" in capsys.readouterr().out


def test_checkpoint_of_another_version_of_the_image_is_ignored(tmp_path, uninterrupted, capsys):
    run(tmp_path, until=2)
    for file in tmp_path.iterdir():
        document = torch.load(io.BytesIO(file.read_bytes()[32:]), weights_only=True)
        del document["format"]  # the first version had none
        buffer = io.BytesIO()
        torch.save(document, buffer)
        file.write_bytes(hashlib.sha256(buffer.getvalue()).digest() + buffer.getvalue())
    again = run(tmp_path)

    assert again.epochs == [0, 1, 2, 3, 4]
    assert same(again, uninterrupted)
    assert "is ignored: another version of the image wrote it" in capsys.readouterr().out


def test_state_has_no_pickled_code(tmp_path):
    run(tmp_path, until=1)
    [file] = tmp_path.iterdir()
    assert file.read_bytes()[32:34] == b"PK"
    stored = Checkpoints(tmp_path, fingerprint(SERIES, PARAMETERS)).newest()
    assert np.isfinite(stored["best_loss"])
