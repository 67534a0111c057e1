"""The definition of the training pipeline: current, valid, encrypted, complete."""

import json
import re
from pathlib import Path

import pytest

from common.hyperparameters import Hyperparameters
from sagemaker_pipelines.training import pipeline, search
from tests.support.request_schema import all_steps, problems

TEXT = Path(pipeline.__file__).with_name("definition.json").read_text()
DEFINITION = json.loads(TEXT)
STEPS = {step["Name"]: step for step in all_steps(DEFINITION["Steps"])}
JOBS = [name for name, step in STEPS.items() if step["Type"] not in ("Condition", "Fail")]


def test_committed_definition_is_current():
    assert pipeline.render_pipeline() == TEXT, "run: python -m sagemaker_pipelines.training"


def test_order_of_the_graph():
    assert list(STEPS) == [
        *("ReadHistory", "CheckData", "TrainDeepar", "TrainDeeparRecent", "TuneDeepar"),
        *("ForecastCandidates", "RejectData"),
        *("CreateModelDeepar", "CreateModelDeeparRecent", "CreateModelDeeparTuned"),
        *("ForecastDeepar", "ForecastDeeparRecent", "ForecastDeeparTuned"),
        *("Evaluate", "Baseline"),
        *("CheckDeepar", "RefitDeepar", "RegisterDeepar"),
        *("CheckTuned", "RefitTuned", "RegisterTuned"),
        *("CheckOwn", "RefitOwn", "RegisterOwn"),
    ]


@pytest.mark.parametrize("name", JOBS)
def test_sagemaker_accepts_the_arguments_of(name):
    assert problems(STEPS[name]) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        pytest.param(("ResourceConfig", "InstanceType"), "ml.c55.2xlarge", id="unknown-instance"),
        pytest.param(("ResourceConfig", "InstanceCounts"), 1, id="misspelled-key"),
        pytest.param(("HyperParameters", "epochs"), 40, id="hyperparameter-not-a-string"),
    ],
)
def test_validation_detects(path, value):
    step = json.loads(json.dumps(STEPS["TrainDeepar"]))
    step["Arguments"][path[0]][path[1]] = value
    assert problems(step)


@pytest.mark.parametrize("name", JOBS)
def test_transient_failures_are_retried_in(name):
    assert STEPS[name]["RetryPolicies"]


@pytest.mark.parametrize("name", ["ReadHistory", "TrainDeepar", "RefitOwn", "Evaluate"])
def test_jobs_have_a_time_limit_role_and_key(name):
    arguments = STEPS[name]["Arguments"]
    assert arguments["StoppingCondition"] == {"MaxRuntimeInSeconds": 3600}
    assert arguments["RoleArn"] == {"Get": "Parameters.RoleArn"}
    assert '"KmsKeyId": {"Get": "Parameters.KmsKeyId"}' in json.dumps(arguments)


def resources(value):
    """Return everything that has an instance type, at any depth."""
    if isinstance(value, list):
        return [one for item in value for one in resources(item)]
    if not isinstance(value, dict):
        return []
    own = [value] if "InstanceType" in value else []
    return own + [one for item in value.values() for one in resources(item)]


@pytest.mark.parametrize("name", [name for name in JOBS if resources(STEPS[name]["Arguments"])])
def test_volumes_of_jobs_are_encrypted_by_the_key(name):
    [cluster] = resources(STEPS[name]["Arguments"])
    assert cluster["VolumeKmsKeyId"] == {"Get": "Parameters.KmsKeyId"}


def test_every_kind_of_job_has_volumes():
    with_volumes = {STEPS[name]["Type"] for name in JOBS if resources(STEPS[name]["Arguments"])}
    assert with_volumes == {"Processing", "Training", "Transform", "Tuning"}


def test_transform_sends_one_line_per_request_as_deepar_requires():
    arguments = STEPS["ForecastDeeparRecent"]["Arguments"]
    assert arguments["BatchStrategy"] == "SingleRecord"
    assert arguments["TransformInput"]["SplitType"] == "Line"
    assert arguments["TransformOutput"]["AssembleWith"] == "Line"
    assert arguments["TransformOutput"]["KmsKeyId"] == {"Get": "Parameters.KmsKeyId"}


def test_failing_data_stop_the_pipeline_before_training():
    check = STEPS["CheckData"]["Arguments"]
    first = ["TrainDeepar", "TrainDeeparRecent", "TuneDeepar", "ForecastCandidates"]
    assert [step["Name"] for step in check["IfSteps"]] == first
    assert [step["Name"] for step in check["ElseSteps"]] == ["RejectData"]
    read = {"Get": "Steps.ReadHistory.PropertyFiles.data_quality"}
    (condition,) = check["Conditions"]
    assert condition["LeftValue"] == {"Std:JsonGet": {"PropertyFile": read, "Path": "passed"}}
    summary = {"Std:JsonGet": {"PropertyFile": read, "Path": "summary"}}
    message = {"Std:Join": {"On": "", "Values": [summary]}}
    assert STEPS["RejectData"]["Arguments"]["ErrorMessage"] == message


def test_conditions_are_not_nested_which_sagemaker_rejects():
    for step in STEPS.values():
        if step["Type"] == "Condition":
            branches = step["Arguments"]["IfSteps"] + step["Arguments"]["ElseSteps"]
            assert "Condition" not in {inner["Type"] for inner in branches}


@pytest.mark.parametrize(
    ("name", "image"), [("Deepar", "deepar"), ("Tuned", "tuned"), ("Own", "own")]
)
def test_winner_is_trained_again_by_its_image_and_registered(name, image):
    check = STEPS[f"Check{name}"]["Arguments"]
    (condition,) = check["Conditions"]
    assert condition["LeftValue"]["Std:JsonGet"]["Path"] == "training.image"
    assert condition["RightValue"] == image
    assert [step["Name"] for step in check["IfSteps"]] == [f"Refit{name}", f"Register{name}"]
    (channel,) = STEPS[f"Refit{name}"]["Arguments"]["InputDataConfig"]
    assert "['winner']" in json.dumps(channel["DataSource"])
    (container,) = STEPS[f"Register{name}"]["Arguments"]["InferenceSpecification"]["Containers"]
    training = STEPS[f"Refit{name}"]["Arguments"]
    assert container["Image"] == training["AlgorithmSpecification"]["TrainingImage"]
    assert container["ModelDataUrl"] == {
        "Get": f"Steps.Refit{name}.ModelArtifacts.S3ModelArtifacts"
    }


def test_search_is_of_the_objective_and_within_the_ranges_of_amazon_deepar():
    search = STEPS["TuneDeepar"]["Arguments"]["HyperParameterTuningJobConfig"]
    assert search["HyperParameterTuningJobObjective"] == {
        "Type": "Minimize",
        "MetricName": "test:mean_wQuantileLoss",
    }
    documented = {
        "dropout_rate": (0, 0.2),
        "learning_rate": (1e-5, 1e-1),
        "num_cells": (30, 200),
        "num_layers": (1, 8),
    }
    ranges = [one for kind in search["ParameterRanges"].values() for one in kind]
    assert {one["Name"] for one in ranges} == set(documented)
    for one in ranges:
        low, high = documented[one["Name"]]
        assert low <= float(one["MinValue"]) < float(one["MaxValue"]) <= high
        for value in (one["MinValue"], one["MaxValue"]):
            Hyperparameters.parse({one["Name"]: value})


def test_search_is_not_judged_on_the_windows_of_the_tournament():
    channels = STEPS["TuneDeepar"]["Arguments"]["TrainingJobDefinition"]["InputDataConfig"]
    texts = {channel["ChannelName"]: json.dumps(channel) for channel in channels}
    assert "deepar_tuned-judged" in texts["test"]
    assert "['test']" not in texts["test"]


def test_every_hyperparameter_of_the_search_is_tuned_or_static():
    definition = STEPS["TuneDeepar"]["Arguments"]["TrainingJobDefinition"]
    static = definition["StaticHyperParameters"]
    assert {*static, *search.TUNED} == set(pipeline.HYPERPARAMETERS)
    assert not set(static) & set(search.TUNED)
    # For the built-in image SageMaker knows the metrics; Terraform adds those of our image.
    assert "MetricDefinitions" not in definition["AlgorithmSpecification"]


def test_tuned_winner_is_trained_again_with_the_best_hyperparameters():
    passed = STEPS["RefitTuned"]["Arguments"]["HyperParameters"]
    best = "Steps.TuneDeepar.BestTrainingJob.TunedHyperParameters['learning_rate']"
    assert passed["learning_rate"] == {"Std:Join": {"On": "", "Values": [{"Get": best}]}}
    assert passed["epochs"] == STEPS["RefitDeepar"]["Arguments"]["HyperParameters"]["epochs"]
    model = STEPS["CreateModelDeeparTuned"]["Arguments"]["PrimaryContainer"]["ModelDataUrl"]
    assert {"Get": "Steps.TuneDeepar.BestTrainingJob.TrainingJobName"} in model["Std:Join"][
        "Values"
    ]


def test_only_our_image_gets_the_algorithm_which_amazon_deepar_would_reject():
    with_algorithm = {
        name
        for name, step in STEPS.items()
        if "algorithm" in step["Arguments"].get("HyperParameters", {})
    }
    assert with_algorithm == {"RefitOwn"}


def test_references_resolve():
    names = {parameter["Name"] for parameter in DEFINITION["Parameters"]}
    assert set(re.findall(r'"Parameters\.(\w+)"', TEXT)) == names
    assert set(re.findall(r'"Steps\.(\w+)\.', TEXT)) <= set(STEPS)


def test_every_parameter_is_a_string():
    assert {parameter["Type"] for parameter in DEFINITION["Parameters"]} == {"String"}


def test_transform_requests_quantiles_and_the_configured_number_of_samples():
    config = STEPS["ForecastDeeparRecent"]["Arguments"]["Environment"]["DEEPAR_INFERENCE_CONFIG"]
    parts = config["Std:Join"]["Values"]
    samples = {"Get": "Parameters.ForecastSamples"}
    text = config["Std:Join"]["On"].join("200" if part == samples else part for part in parts)
    assert json.loads(text) == {
        "num_samples": 200,
        "output_types": ["mean", "quantiles"],
        "quantiles": ["0.1", "0.5", "0.9"],
    }
