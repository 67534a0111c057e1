"""`make develop`: sample data, and the processes of the image."""

import subprocess
import sys

import pytest

from sagemaker_pipelines.tabular import record
from scripts.develop import container, samples

ABALONE = record.read("abalone")


def develop(*arguments):
    command = [sys.executable, "-m", "scripts.develop", *map(str, arguments), "--once"]
    return subprocess.run(
        command, cwd=container.ROOT, capture_output=True, text=True, check=False, timeout=120
    )


def test_drawn_rows_are_rows_of_the_model():
    for line in samples.drawn(ABALONE.features, 50):
        assert ABALONE.row(line[:-1])
        assert float(line[-1])


def test_algorithm_is_trained_served_and_asked():
    done = develop("linear_regression")
    assert done.returncode == 0, done.stderr
    answer = done.stdout.rpartition("answer: ")[2]
    assert 50 < float(answer) < 350  # of the diabetes data


def test_own_data_are_used_and_bad_ones_named(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("x,z\n0.1,5\n")
    done = develop("linear_regression", "--data", path)
    assert done.returncode == 1
    assert "a.csv: header: got 'x,z', expected a column y" in done.stderr


def test_unknown_algorithm_is_refused():
    done = develop("prophet")
    assert done.returncode == 2
    assert "invalid choice: 'prophet'" in done.stderr


@pytest.mark.parametrize("algorithm", ["gradient_boosting", "abalone"])
def test_sample_has_a_request(algorithm, tmp_path):
    sample = samples.write(algorithm, tmp_path / "train", None)
    assert (tmp_path / "train" / sample.file).stat().st_size > 1000
    assert sample.hyperparameters["algorithm"] == algorithm
    assert sample.request
