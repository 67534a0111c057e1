"""The arguments that Terraform adds to trainings on spot instances."""

import json
from pathlib import Path

import pytest

from sagemaker_pipelines.training import pipeline
from tests.support.request_schema import all_steps, problems

PROJECT = Path(__file__).parents[3]
SPOT = json.loads((PROJECT / "terraform/modules/train/tests/spot.json").read_text())
TRAININGS = {
    step["Name"]: step
    for step in all_steps(json.loads(pipeline.render_pipeline())["Steps"])
    if step["Type"] == "Training"
}


@pytest.mark.parametrize("name", TRAININGS)
def test_sagemaker_accepts_the_arguments_on_spot_instances_of(name):
    step = TRAININGS[name]
    assert problems({**step, "Arguments": {**step["Arguments"], **SPOT}}) == []


def test_wait_is_not_shorter_than_the_run_as_sagemaker_requires():
    limits = SPOT["StoppingCondition"]
    assert limits["MaxWaitTimeInSeconds"] >= limits["MaxRuntimeInSeconds"]
