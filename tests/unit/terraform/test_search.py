"""The metric that Terraform adds to the search of our image: valid, and found in its log."""

import json
import re
from pathlib import Path

from sagemaker_pipelines.container import log
from sagemaker_pipelines.training import pipeline, search
from tests.support.request_schema import all_steps, problems

PROJECT = Path(__file__).parents[3]
[METRIC] = json.loads((PROJECT / "terraform/modules/train/tests/metrics.json").read_text())


def test_sagemaker_accepts_the_search_with_the_metric():
    steps = all_steps(json.loads(pipeline.render_pipeline())["Steps"])
    [step] = [step for step in steps if step["Type"] == "Tuning"]
    specification = step["Arguments"]["TrainingJobDefinition"]["AlgorithmSpecification"]
    specification["MetricDefinitions"] = [METRIC]
    assert problems(step) == []


def test_metric_is_the_objective_in_the_log_of_our_image():
    assert METRIC["Name"] == search.OBJECTIVE["MetricName"]
    line = f"{log.QUALITY} test mean_wQuantileLoss <loss>=0.125"
    assert re.search(METRIC["Regex"], line)[1] == "0.125"
