"""Settings of the functions against the environment that Terraform passes, both ways."""

import dataclasses
import importlib
import re
from functools import cache
from pathlib import Path

import hcl2
import pytest

from common.alarm_policy import AlarmPolicy
from tests.support.terraform_source import TERRAFORM, unquoted

FUNCTIONS = Path(__file__).parents[3] / "functions"
NAMES = sorted(file.parent.name for file in FUNCTIONS.glob("*/handler.py"))
# Maps of variables that several functions share: where they are defined, how they are merged.
JOB_ENVIRONMENT = ("modules/processing_job/outputs.tf", "environment")
SHARED = {
    "var.forecast_environment,": ("main.tf", "forecast_environment"),
    "local.alarm_environment,": ("modules/monitor/main.tf", "alarm_environment"),
    "module.compaction.environment,": JOB_ENVIRONMENT,
    "module.jobs.environment,": JOB_ENVIRONMENT,
}


def load(file):
    return hcl2.loads(file.read_text())


def shared_keys(file, name):
    document = load(TERRAFORM / file)
    found = [block[name] for block in document.get("locals", []) if name in block]
    outputs = [unquote_keys(block) for block in document.get("output", [])]
    found += [block[name]["value"] for block in outputs if name in block]
    [keys_of_map] = found
    return {unquoted(key) for key in keys_of_map if unquoted(key).isupper()}


def unquote_keys(block):
    return {unquoted(key): value for key, value in block.items()}


def keys(environment):
    """Return the keys of an `environment` argument: an object, or merge() with shared ones."""
    if isinstance(environment, dict):
        return {unquoted(key) for key in environment if key.isupper()}
    found = set(re.findall(r"\b([A-Z][A-Z_]*)\s*=", environment))
    return found.union(*(shared_keys(*SHARED[name]) for name in SHARED if name in environment))


@cache
def passed():
    """Return the environment keys by function, from every call of modules/lambda_function."""
    found = {}
    for file in TERRAFORM.glob("modules/*/*.tf"):
        for block in load(file).get("module", []):
            for call in block.values():
                if unquoted(call["source"]).endswith("/lambda_function"):
                    found[unquoted(call["name"])] = keys(call.get("environment", {}))
    return found


def fields(name):
    handler = importlib.import_module(f"{name}.handler")
    model = getattr(handler, "Config", None)
    if model is not None and hasattr(model, "model_fields"):
        assert model.model_config["frozen"]
        return {field.upper() for field in model.model_fields}
    assert handler.Settings.__dataclass_params__.frozen
    return {field.name.upper() for field in dataclasses.fields(handler.Settings)}


def test_every_function_is_deployed():
    assert sorted(passed()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_settings_are_exactly_what_terraform_passes(name):
    assert fields(name) == passed()[name]


def test_alarm_policy_has_the_defaults_of_the_variable():
    [variable] = [
        block[name]
        for block in load(TERRAFORM / "variables.tf")["variable"]
        for name in block
        if unquoted(name) == "alarm"
    ]
    found = re.findall(r"(\w+)\W+optional\(number, ([\d.]+)\)", str(variable["type"]))
    defaults = {name: float(value) for name, value in found}
    policy = dataclasses.asdict(AlarmPolicy())
    assert {name: defaults[name] for name in policy} == policy


def test_environment_is_read_in_the_settings_models_only():
    readers = {
        file.relative_to(FUNCTIONS).as_posix()
        for file in FUNCTIONS.rglob("*.py")
        if "environ" in file.read_text().replace("environment", "")
    }
    readers.remove("common/aws_session.py")  # for poller, jobs and command; Lambda sets the region
    assert readers == {"common/config.py", "common/feature_groups.py", "predict/settings.py"}


@pytest.mark.parametrize("name", NAMES)
def test_every_handler_logs_with_its_lambda_context(name):
    text = (FUNCTIONS / name / "handler.py").read_text()
    assert "\n@logger.inject_lambda_context\n" in text
    assert ("\n@metrics.log_metrics\n" in text) == ("metrics" in text)
