"""Definitions that Step Functions refuses, and intrinsic functions that are none."""

import pytest

from local.stepfunctions import definitions, intrinsics

DONE = {"Type": "Succeed"}


def machine(**states):
    return {"StartAt": "A", "States": states}


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        ({}, "Missing 'Next' target: None at /StartAt"),
        (machine(A={"Type": "Pass", "Next": "B"}), "Missing 'Next' target: B at /States/A"),
        (machine(A=DONE, B=DONE), 'State "B" is not reachable. at /States/B'),
        (machine(A={"Type": "Pass"}), "neither Next nor End at /States/A"),
        (
            machine(A={"Type": "Pass", "End": True, "Parameters": {"x.$": "a"}}),
            "field 'x.$': must be a valid JSONPath at /States/A",
        ),
        (
            machine(A={"Type": "Pass", "End": True, "Parameters": {"x.$": "States.Uuid()"}}),
            "States.Uuid does not exist",
        ),
        (
            machine(A={"Type": "Parallel", "End": True, "Branches": [machine(A=DONE, B=DONE)]}),
            'State "B" is not reachable. at /States/A/0/States/B',
        ),
    ],
)
def test_refused(definition, expected):
    [found] = definitions.problems(definition)
    assert expected in found


def test_targets_of_choices_and_catches_are_reached():
    task = {"Type": "Task", "Next": "C", "Catch": [{"ErrorEquals": ["x"], "Next": "B"}]}
    choice = {"Type": "Choice", "Choices": [{"Next": "D"}], "Default": "B"}
    assert list(definitions.problems(machine(A=task, B=DONE, C=choice, D=DONE))) == []


def test_functions_are_returned_with_the_number_of_their_arguments():
    text = "States.Format('it\\'s {} {}', $.a, States.MathAdd($$.b, -1))"
    assert intrinsics.functions(text) == [("States.MathAdd", 2), ("States.Format", 3)]


@pytest.mark.parametrize(
    "text",
    [
        "States.Format('{}', $.a",
        "States.Format('{}, $.a)",
        "States.Format('a' $.a)",
        "States.UUID())",
        "States.UUID($.a)",
        "States.Array(" + "States.UUID(), " * 10 + "$.a)",
    ],
)
def test_broken_functions_are_refused(text):
    with pytest.raises(intrinsics.SyntaxProblem):
        intrinsics.functions(text)
