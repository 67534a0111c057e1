"""The outputs of DeepAR's network, and what a fit imports."""

import subprocess
import sys

import pytest
import torch

from sagemaker_pipelines.container.algorithms.deepar import gluonts_parts, outputs
from tests.support.training_jobs import ROOT, environment

pytestmark = pytest.mark.filterwarnings("ignore")  # of GluonTS


@pytest.mark.parametrize(
    ("ours", "theirs", "count"),
    [
        (outputs.StudentT, gluonts_parts.StudentTOutput, 3),
        (outputs.Normal, gluonts_parts.NormalOutput, 2),
    ],
)
def test_loss_and_its_gradients_are_exactly_those_of_gluonts(ours, theirs, count):
    torch.manual_seed(5)
    raw = torch.randn(count, 32, 89, 1) * 3
    target = torch.randn(32, 89) * 1e4
    scale = torch.rand(32, 1) * 1e4 + 1e-10
    found = []
    for output in (ours(), theirs()):
        leaves = [one.clone().requires_grad_() for one in raw]
        loss = output.loss(target=target, distr_args=output.domain_map(*leaves), scale=scale)
        loss.mean().backward()
        found.append([loss.detach(), *(leaf.grad for leaf in leaves)])
    for one, other in zip(*found, strict=True):
        assert torch.equal(one, other)


IMPORTED = """
import sys
import tempfile
from pathlib import Path
import numpy as np
from sagemaker_pipelines.container.algorithms import registry
from sagemaker_pipelines.container.series import Series
from tests.support.training_jobs import SMALL, wave
history = [Series(np.datetime64("2024-10-10T00:00:00", "s"), np.array(wave(400), np.float32))]
with tempfile.TemporaryDirectory() as folder:
    registry.fit("deepar", history, SMALL, Path(folder))
print(*{"torch", "torch._dynamo", "scipy.stats", "sympy"} & {*sys.modules})
from scipy import stats
print(stats.norm.cdf(0))
"""


def test_fit_imports_only_what_it_needs(tmp_path):
    finished = subprocess.run(
        [sys.executable, "-c", IMPORTED],
        cwd=ROOT,
        env=environment(tmp_path, PYTHONPATH=f"{ROOT}:{ROOT / 'functions'}"),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert finished.stdout.splitlines()[-2:] == ["torch", "0.5"]
