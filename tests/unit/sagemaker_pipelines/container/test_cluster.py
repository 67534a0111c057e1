"""Several instances of one training job, as processes that find each other on loopback."""

import json
import socket
import subprocess
import sys

import pytest

from sagemaker_pipelines.container import cluster
from sagemaker_pipelines.container.algorithms import metadata, registry
from sagemaker_pipelines.paths import JobError, Paths
from tests.support.training_jobs import ROOT, SMALL, channel, environment, wave

HOSTS = ["algo-1", "algo-2"]
START = "2024-10-10 00:00:00"


def prepare(base, host, entries, distribution):
    channel(base, "train", entries)
    config = base / "input/config"
    config.mkdir(parents=True)
    files = {
        "hyperparameters": SMALL,
        "resourceconfig": {
            "current_host": host,
            "hosts": HOSTS,
            "network_interface_name": "lo",
        },
        "inputdataconfig": {"train": {"S3DistributionType": distribution}},
    }
    for name, value in files.items():
        (config / f"{name}.json").write_text(json.dumps(value))


def train(folder, parts, distribution):
    """Run both instances; return for each its paths, exit code, output and errors."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        meeting = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(probe.getsockname()[1])}
    running = []
    for host, entries in zip(HOSTS, parts, strict=True):
        base = folder / host
        prepare(base, host, entries, distribution)
        process = subprocess.Popen(
            [sys.executable, "-m", "sagemaker_pipelines.container", "train"],
            cwd=ROOT,
            env=environment(base, **meeting),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append((Paths(base), process))
    found = []
    for paths, process in running:
        output, errors = process.communicate(timeout=120)
        found.append((paths, process.returncode, output, errors))
    return found


def test_instances_train_one_model_from_the_parts_of_all(tmp_path):
    parts = [[{"start": START, "target": wave(400, cat), "cat": [cat]}] for cat in (0, 1)]
    (first, *ended), (second, *also) = train(tmp_path, parts, "ShardedByS3Key")
    assert ended[0] == also[0] == 0, (ended, also)
    assert registry.covariates(first.model).cardinality == (2,)
    assert metadata.read(first.model)["training"]["epochs"] == 3
    assert "train final_loss" in ended[1]
    assert not second.model.exists()
    assert not also[1]


AVERAGE = """
import os, sys
from pathlib import Path
import torch
from sagemaker_pipelines.container import cluster
with cluster.joined(Path(sys.argv[1]), os.environ) as place:
    network = torch.nn.Linear(3, 2)
    for number, weights in enumerate(network.parameters()):
        weights.grad = torch.full_like(weights, 10.0 * number + place.rank)
    cluster.average_gradients(network)
    averages = [weights.grad.unique().tolist() for weights in network.parameters()]
    print(averages, cluster.from_first(place.rank))
"""


def test_gradients_are_averaged(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        meeting = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(probe.getsockname()[1])}
    running = []
    for host in HOSTS:
        file = tmp_path / f"{host}.json"
        document = {"current_host": host, "hosts": HOSTS, "network_interface_name": "lo"}
        file.write_text(json.dumps(document))
        command = [sys.executable, "-c", AVERAGE, str(file)]
        env = environment(tmp_path, **meeting, PYTHONPATH=f"{ROOT}:{ROOT / 'functions'}")
        running.append(
            subprocess.Popen(command, env=env, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        )
    outputs = [process.communicate(timeout=120)[0].strip() for process in running]
    assert outputs == ["[[0.5], [10.5]] 0"] * 2


def test_error_of_one_instance_ends_all(tmp_path):
    good, bad = {"start": START, "target": wave(400)}, {"start": "noon", "target": [1]}
    found = train(tmp_path, [[good], [bad]], "FullyReplicated")
    assert [code for _, code, *_ in found] == [1, 1]
    for paths, *_ in found:
        assert "train channel: start: got 'noon'" in paths.failure.read_text()


def test_one_instance_needs_no_other(tmp_path):
    file = tmp_path / "resourceconfig.json"
    file.write_text(json.dumps({"current_host": "algo-1", "hosts": ["algo-1"]}))
    for resources in (file, tmp_path / "absent.json"):
        with cluster.joined(resources, {}) as place:
            assert place == cluster.Place(0, 1)
            assert cluster.gather([1]) == [1]
            assert cluster.from_first("state") == "state"


def test_unknown_host_is_refused(tmp_path):
    file = tmp_path / "resourceconfig.json"
    file.write_text(json.dumps({"current_host": "algo-3", "hosts": HOSTS}))
    with (
        pytest.raises(JobError, match="current_host: got 'algo-3', expected algo-1 or algo-2"),
        cluster.joined(file, {}),
    ):
        pass
