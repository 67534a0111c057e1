"""A tiny model, trained once for all tests."""

import pytest

from sagemaker_pipelines.paths import Paths
from tests.support.training_jobs import channel, train, wave

START = "2024-10-10 00:00:00"


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """Return paths and output of a completed training job."""
    base = tmp_path_factory.mktemp("job")
    target = wave(400)
    target[7] = "NaN"
    channel(base, "train", [{"start": START, "target": target}])
    channel(base, "test", [{"start": START, "target": wave(420)}])
    finished = train(base)
    assert finished.returncode == 0, finished.stderr
    return Paths(base), finished.stdout
