"""The definitions of the tabular models' pipelines: current, valid, complete."""

import json

import pytest

from sagemaker_pipelines.tabular import record
from sagemaker_pipelines.tabular_training.rendering import PIPELINE, render
from tests.support.request_schema import all_steps, problems


@pytest.fixture(params=record.models())
def definition(request):
    text = (record.MODELS / request.param / "definition.json").read_text()
    assert render(request.param, PIPELINE) == text, (
        "run: python -m sagemaker_pipelines.tabular_training"
    )
    return json.loads(text)


def test_sagemaker_accepts_the_arguments_of_every_step(definition):
    steps = all_steps(definition["Steps"])
    names = ["PrepareTable", "CheckData", "Train", "RejectData"]
    assert [step["Name"] for step in steps] == [
        *names,
        *("Evaluate", "CheckModel", "RegisterModel"),
    ]
    for step in steps:
        if step["Type"] not in ("Condition", "Fail"):
            assert problems(step) == []
            assert step["RetryPolicies"]


def test_only_what_a_deployment_knows_has_no_default(definition):
    required = {p["Name"] for p in definition["Parameters"] if "DefaultValue" not in p}
    assert required - {"DataUri"} == {
        *("EndTime", "RoleArn", "KmsKeyId", "Bucket", "Prefix", "EventBusName"),
        *("ModelPackageGroupName", "ProcessingImage"),
    }
