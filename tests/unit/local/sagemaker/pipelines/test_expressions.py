"""Expressions of pipeline definitions: paths, references, functions, conditions."""

import pytest

from local.sagemaker.pipelines.expressions import (
    Scope,
    UnresolvedError,
    dependencies_of,
    holds,
    path_parts,
    resolve,
)

REPORT = {"limit": 0.5, "metrics": {"mean.wql": {"value": 0.3}}, "windows": [{"loss": 1}, 2]}
STEPS = {
    "Read": {
        "ProcessingOutputConfig": {
            "Outputs": [
                {"OutputName": "train", "S3Output": {"S3Uri": "s3://b/train"}},
                {"OutputName": "test", "S3Output": {"S3Uri": "s3://b/test"}},
            ]
        }
    },
    "Train": {"ModelArtifacts": {"S3ModelArtifacts": "s3://b/model.tar.gz"}},
}
SCOPE = Scope(
    {"Bucket": "b", "Max": 0.5, "On": True, "Kind": "big"},
    {"PipelineExecutionId": "p4jn9xou8a8s"},
    STEPS,
    lambda spec: REPORT,
)
GET_LOSS = {"Std:JsonGet": {"PropertyFile": {"Get": "Steps.E.PropertyFiles.r"}, "Path": "limit"}}


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("Parameters.Max", ["Parameters", "Max"]),
        ("Steps.R.Outputs['train'].S3", ["Steps", "R", "Outputs", "train", "S3"]),
        ('a["b.c"][0].d', ["a", "b.c", 0, "d"]),
        ("window_losses[12]", ["window_losses", 12]),
    ],
)
def test_paths_are_split(path, parts):
    assert path_parts(path) == parts


@pytest.mark.parametrize("path", ["a..b", "a[", "a['b]", "a b"])
def test_invalid_path_is_rejected(path):
    with pytest.raises(UnresolvedError):
        path_parts(path)


@pytest.mark.parametrize(
    ("value", "resolved"),
    [
        ({"Get": "Parameters.Max"}, 0.5),
        ({"Get": "Execution.PipelineExecutionId"}, "p4jn9xou8a8s"),
        (
            {"Get": "Steps.Read.ProcessingOutputConfig.Outputs['test'].S3Output.S3Uri"},
            "s3://b/test",
        ),
        ({"Get": "Steps.Read.ProcessingOutputConfig.Outputs[0].OutputName"}, "train"),
        (
            {"Std:Join": {"On": "/", "Values": ["s3:/", {"Get": "Parameters.Bucket"}, "x", 3]}},
            "s3://b/x/3",
        ),
        ({"Std:Join": {"On": "", "Values": [{"Get": "Parameters.On"}, 0.5]}}, "true0.5"),
        (GET_LOSS, 0.5),
        ({"Std:JsonGet": {"S3Uri": "s3://b/r", "Path": "metrics['mean.wql'].value"}}, 0.3),
        ({"Std:JsonGet": {"S3Uri": "s3://b/r", "Path": "$.windows[0].loss"}}, 1),
        ({"a": [{"Get": "Parameters.Bucket"}, 1], "b": None}, {"a": ["b", 1], "b": None}),
    ],
)
def test_values_are_resolved(value, resolved):
    assert resolve(value, SCOPE) == resolved


@pytest.mark.parametrize(
    "reference",
    [
        "Parameters.Other",
        "Steps.Missing.X",
        "Somewhere.X",
        "Steps.Read.ProcessingOutputConfig.Outputs['x']",
    ],
)
def test_reference_to_a_missing_value_is_an_error(reference):
    with pytest.raises(UnresolvedError):
        resolve({"Get": reference}, SCOPE)


@pytest.mark.parametrize(
    ("kind", "left", "right", "result"),
    [
        ("Equals", 1, 1.0, True),
        ("Equals", "a", "b", False),
        ("GreaterThan", 2, 1, True),
        ("GreaterThan", 1, 1, False),
        ("GreaterThanOrEqualTo", 1, 1, True),
        ("LessThan", 1, 1, False),
        ("LessThan", 0.3, {"Get": "Parameters.Max"}, True),
        ("LessThanOrEqualTo", GET_LOSS, {"Get": "Parameters.Max"}, True),
        ("Equals", {"Get": "Parameters.On"}, True, True),
    ],
)
def test_comparisons(kind, left, right, result):
    condition = {"Type": kind, "LeftValue": left, "RightValue": right}
    assert holds(condition, SCOPE) is result
    assert holds({"Type": "Not", "Condition": condition}, SCOPE) is not result


def test_in_and_or():
    within = {"Type": "In", "QueryValue": {"Get": "Parameters.Kind"}, "Values": ["small", "big"]}
    without = {**within, "Values": ["small"]}
    assert holds(within, SCOPE)
    assert not holds(without, SCOPE)
    assert holds({"Type": "Or", "Conditions": [without, within]}, SCOPE)


@pytest.mark.parametrize(("left", "right"), [("1", 1), (None, 1), (True, 1), ("a", None)])
def test_values_of_different_types_cannot_be_compared(left, right):
    with pytest.raises(UnresolvedError):
        holds({"Type": "LessThan", "LeftValue": left, "RightValue": right}, SCOPE)


def test_dependencies_of_a_condition_exclude_those_of_its_branches():
    inner = {"Arguments": {"X": {"Get": "Steps.Inner.Y"}}}
    step = {
        "DependsOn": ["First"],
        "Arguments": {
            "Conditions": [{"Type": "Equals", "LeftValue": GET_LOSS, "RightValue": 1}],
            "IfSteps": [inner],
        },
    }
    assert dependencies_of(step) == {"First", "E"}
