"""The training of the tabular models on Step Functions: current, valid, complete."""

import json
import re

import pytest

from local.stepfunctions.definitions import problems
from sagemaker_pipelines.dsl import Get, Join, JsonGet, Parameter, Step
from sagemaker_pipelines.state_machine.definition import definition as rendered
from sagemaker_pipelines.state_machine.fields import Fields
from sagemaker_pipelines.tabular import record
from sagemaker_pipelines.tabular_training.pipeline import graph
from sagemaker_pipelines.tabular_training.rendering import FILES, STATE_MACHINE, render
from tests.support import states_language as asl
from tests.support.request_schema import all_steps

MODELS = record.models()


@pytest.fixture(params=MODELS)
def definition(request):
    text = (record.MODELS / request.param / FILES[STATE_MACHINE]).read_text()
    assert render(request.param, STATE_MACHINE) == text, (
        "run: python -m sagemaker_pipelines.tabular_training"
    )
    return json.loads(text)


def tasks(definition):
    return {n: s for n, s in definition["States"].items() if s["Type"] == "Task"}


def test_step_functions_accepts_graph_and_references(definition):
    assert list(problems(definition)) == []


def test_services_accept_the_request_of_every_task(definition):
    for name, state in tasks(definition).items():
        assert asl.request_problems(name, state) == []
        assert state["Retry"]


def test_validation_detects_a_misspelled_member(definition):
    state = json.loads(json.dumps(definition["States"]["Train"]))
    state["Parameters"]["ResourceConfig"]["InstanceCounts"] = 1
    assert asl.request_problems("Train", state)


def test_every_format_has_as_many_values_as_places(definition):
    for text in asl.references(definition["States"]):
        for template, values in re.findall(r"States\.Format\('([^']*)'((?:, [^()]+)?)\)", text):
            assert template.count("{}") == values.count(", "), text


def test_paths_read_what_earlier_states_wrote(definition):
    """Every state on the way to a state that reads `$.Steps.<step>` must have written it."""
    written = {s["ResultPath"] for s in tasks(definition).values() if s["ResultPath"]}
    read = {
        path
        for text in asl.references(definition["States"])
        for path in re.findall(r"\$\.Steps[.\w]+", text)
        if path not in written
    }
    assert read
    for path in read:
        assert any(path.startswith(f"{result}.") for result in written), path


@pytest.mark.parametrize("model", MODELS)
def test_both_definitions_have_the_same_steps_and_parameters(model):
    pipeline = json.loads((record.MODELS / model / "definition.json").read_text())
    steps = {step["Name"]: step for step in all_steps(pipeline["Steps"])}
    states = json.loads(render(model, STATE_MACHINE))["States"]
    assert steps.keys() == {n for n in states if n in steps}
    defaults = states["Set defaults"]["Result"]
    known = {p["Name"]: p.get("DefaultValue") for p in pipeline["Parameters"]}
    assert defaults == {name: value for name, value in known.items() if value is not None}
    used = set(re.findall(r"\$\.Parameters\.(\w+)", json.dumps(states)))
    assert used == set(known)


def test_names_of_jobs_are_new_in_each_attempt_and_at_most_63_characters(definition):
    for name, state in tasks(definition).items():
        if not state["Resource"].endswith(".sync"):
            continue
        [text] = [v for k, v in state["Parameters"].items() if k.endswith("JobName.$")]
        assert "States.UUID()" in text
        assert "$$.Execution.Name" in text
        literal = re.match(r"States\.Format\('([^']*)'", text)[1].replace("{}", "")
        prefix, execution, random = 20, 20, 8  # characters
        assert len(literal) + prefix + execution + random <= 63, name
        assert re.fullmatch(r"[a-zA-Z0-9-]+", literal)


def test_a_job_that_failed_is_retried_like_a_step_of_the_pipeline():
    parameters, steps = graph("abalone")
    states = json.loads(rendered(parameters, steps))["States"]
    [on_request, on_job] = steps[0].extra["RetryPolicies"]
    first, second = states["PrepareTable"]["Retry"]
    for policy, retry in ((on_request, first), (on_job, second)):
        for key in ("IntervalSeconds", "BackoffRate", "MaxAttempts"):
            assert retry[key] == policy[key]
    choice = states["PrepareTable failed"]["Choices"][0]
    wait, limit = 60, choice["And"][1]["NumericLessThan"]
    assert states["Merge parameters"]["Parameters"]["Waits"]["PrepareTable"] == {"Seconds": wait}
    waits = []
    while wait < limit:
        waits.append(wait)
        wait *= 2
    assert waits == [60, 120, 240, 480]
    assert states["PrepareTable failed"]["Default"] == "Training failed"


def test_rejected_data_end_the_execution_with_their_summary(definition):
    states = definition["States"]
    assert states["CheckData"]["Default"] == "RejectData"
    path = "$.Steps.PrepareTable.PropertyFiles.data_quality.Content.summary"
    assert states["RejectData"] == {
        "Type": "Fail",
        "Error": "RejectData",
        "CausePath": f"States.Format('{{}}', {path})",
    }


def test_reserved_characters_of_functions_are_escaped():
    value = Join("", ("it's {", Parameter("A"), "} \\"))
    assert Fields({}).object({"x": value}) == {
        "x.$": "States.Format('it\\'s \\{{}\\} \\\\', $.Parameters.A)"
    }


def test_joined_literals_are_a_literal():
    assert Fields({}).object({"x": Join("/", ("a", "b"))}) == {"x": "a/b"}


def test_lists_with_references_are_arrays():
    values = Fields({}).object(
        {"words": ["--x", Parameter("A"), Join("-", (Parameter("B"), "c"))]}
    )
    assert values == {
        "words.$": "States.Array('--x', $.Parameters.A, States.Format('{}-c', $.Parameters.B))"
    }


def test_unknown_reference_is_refused():
    with pytest.raises(ValueError, match=r"got Steps.Nobody.x, expected Steps"):
        Fields({}).object({"x": Get("Steps.Nobody.x")})


def test_steps_after_a_condition_must_not_depend_on_both_branches():
    parameters, steps = graph("abalone")
    check = steps[1]
    without_fail = Step(check.name, check.type, {**check.arguments, "ElseSteps": []})
    with pytest.raises(ValueError, match="ElseSteps of CheckData"):
        rendered(parameters, [steps[0], without_fail, *steps[2:]])


def test_conditions_compare_by_type():
    left = JsonGet(Get("Steps.A.PropertyFiles.f"), "n")
    condition = {"Type": "GreaterThan", "LeftValue": left, "RightValue": 0}
    step = Step("Check", "Condition", {"Conditions": [condition], "IfSteps": [], "ElseSteps": []})
    [choice] = json.loads(rendered([], [step]))["States"]["Check"]["Choices"]
    assert choice == {
        "Variable": "$.Steps.A.PropertyFiles.f.Content.n",
        "NumericGreaterThan": 0,
        "Next": "Training finished",
    }
