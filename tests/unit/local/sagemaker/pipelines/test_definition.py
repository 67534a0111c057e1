"""Pipeline definitions: validation, parameters, the graph."""

import json
from pathlib import Path

import pytest

from local.sagemaker.pipelines.definition import DefinitionError, parse

PROJECT = Path(__file__).parents[5]
TRAINING = PROJECT / "sagemaker_pipelines/training/definition.json"


def fail_step(name, **more):
    return {"Name": name, "Type": "Fail", "Arguments": {"ErrorMessage": name}, **more}


def definition(*steps, parameters=(), **more):
    body = {"Version": "2020-12-01", "Parameters": list(parameters), "Steps": list(steps)}
    return json.dumps({**body, **more})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "Parse error"),
        (definition(fail_step("A"), Version="1"), "Version"),
        (definition(), "at least one step"),
        (definition(fail_step("A"), fail_step("A")), "Duplicate"),
        (definition(fail_step("A b")), "not a valid step name"),
        (definition({"Name": "A", "Type": "Fail"}), "needs Name, Type, Arguments"),
        (definition(fail_step("A", Type="Unknown")), "unknown type"),
        (definition(fail_step("A", DependsOn=["B"])), "unknown steps"),
        (
            definition(fail_step("A", Arguments={"ErrorMessage": {"Std:JsonGet": {}}})),
            "a Std:Join",
        ),
        (definition(fail_step("A", Arguments={"E": {"Get": "Parameters.X"}})), "Parameters.X"),
        (
            definition(fail_step("A", DependsOn=["B"]), fail_step("B", DependsOn=["A"])),
            "cycle",
        ),
    ],
)
def test_invalid_definition_is_rejected(text, words):
    with pytest.raises(DefinitionError, match=words):
        parse(text)


def test_parameters_are_converted_and_have_defaults():
    parameters = [
        {"Name": "N", "Type": "Integer", "DefaultValue": 1},
        {"Name": "S", "Type": "String"},
        {"Name": "B", "Type": "Boolean", "DefaultValue": True},
    ]
    parsed = parse(definition(fail_step("A"), parameters=parameters))
    assert parsed.values({"S": "3", "B": "False"}) == {"N": 1, "S": "3", "B": False}
    for arguments in ({}, {"S": "a", "N": "x"}, {"S": "a", "Other": "1"}):
        with pytest.raises(DefinitionError):
            parsed.values(arguments)


def test_training_pipeline_has_a_branch_for_each_outcome():
    parsed = parse(TRAINING.read_text())
    assert parsed.steps["RegisterOwn"].branch == ("CheckOwn", True)
    assert parsed.steps["RejectData"].branch == ("CheckData", False)
    assert parsed.steps["Evaluate"].dependencies == {
        *("ReadHistory", "ForecastCandidates"),
        *("ForecastDeepar", "ForecastDeeparRecent", "ForecastDeeparTuned"),
    }
