"""A pipeline as a definition of Step Functions: the same steps, one after the other.

    Set defaults ▶ Merge parameters ▶ <job> ▶ <property file> ▶ <condition> ─ else ▶ <fail>
                                        └ failed ▶ waits ▶ …        └ if ▶ <steps> ▶ <next> ▶ …

The input of an execution has the parameters that differ from their defaults. Terraform sets the
defaults by name, in the state "Set defaults".
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from common.training_workflow import history
from sagemaker_pipelines.dsl import Parameter, Step
from sagemaker_pipelines.state_machine import retries, tasks
from sagemaker_pipelines.state_machine.fields import Fields
from sagemaker_pipelines.state_machine.retries import States

DEFAULTS, FINISHED = "Set defaults", "Training finished"
TIMEOUT_SECONDS = 86_400  # a training that hangs would refuse all others
CONDITION, FAIL = "Condition", "Fail"


def definition(parameters: Sequence[Parameter], steps: Sequence[Step]) -> str:
    """Render a pipeline as deterministic, indented JSON.

    A step may refer only to steps before it. A branch that is not the last one must end in Fail,
    because the steps after a condition follow its other branch; raises ValueError.
    """
    every = list(_all(steps))
    fields = Fields({step.name: step for step in every})
    states = _sequence(steps, fields, FINISHED)
    for step in every:
        _keep_used(step, states, fields)
    document = {
        "Comment": "Rendered from the steps of the SageMaker pipeline",
        "StartAt": DEFAULTS,
        "TimeoutSeconds": TIMEOUT_SECONDS,
        "States": {
            **_start(parameters, every, _first(steps, FINISHED)),
            **states,
            FINISHED: {"Type": "Succeed"},
            retries.FAILED: retries.FAIL,
        },
    }
    return json.dumps(document, indent=2) + "\n"


def _all(steps: Sequence[Step]) -> Iterator[Step]:
    for step in steps:
        yield step
        if step.type == CONDITION:
            yield from _all([*step.arguments["IfSteps"], *step.arguments["ElseSteps"]])


def _start(parameters: Sequence[Parameter], steps: Sequence[Step], first: str) -> States:
    """Return the states that merge the parameters of the execution with their defaults."""
    known = {p.name: p.default for p in parameters if p.default is not None}
    waits = {step.name: retries.first_wait(_policies(step)) for step in steps}
    merged = "States.JsonMerge($.Defaults, $$.Execution.Input, false)"
    return {
        DEFAULTS: {
            "Type": "Pass",
            "Result": known,
            "ResultPath": "$.Defaults",
            "Next": history.MERGED,
        },
        history.MERGED: {
            "Type": "Pass",
            "Parameters": {
                "Parameters.$": merged,
                "Waits": {name: wait for name, wait in waits.items() if wait},
                "Steps": {},
            },
            "Next": first,
        },
    }


def _first(steps: Sequence[Step], after: str) -> str:
    return steps[0].name if steps else after


def _sequence(steps: Sequence[Step], fields: Fields, after: str) -> States:
    """Return the states of steps that run one after the other, and then the state `after`."""
    states: States = {}
    for number, step in enumerate(steps):
        following = _first(steps[number + 1 :], after)
        if step.type == CONDITION:
            states |= _condition(step, fields, following)
        elif step.type == FAIL:
            states[step.name] = tasks.failure(step, fields)
        else:
            render = tasks.job if step.type in tasks.JOB_KINDS else tasks.registration
            own, last = render(step, fields)
            own[last]["Next"] = following
            states |= own
    return states


def _condition(step: Step, fields: Fields, following: str) -> States:
    yes, no = step.arguments["IfSteps"], step.arguments["ElseSteps"]
    if following != FINISHED and not (no and no[-1].type == FAIL):
        raise ValueError(f"ElseSteps of {step.name}: got {no}, expected a last step Fail")
    choice = {**tasks.rule(step, fields), "Next": _first(yes, following)}
    return {
        step.name: {
            "Type": "Choice",
            "Choices": [choice],
            "Default": _first(no, following),
        },
        **_sequence(yes, fields, following),
        **_sequence(no, fields, following),
    }


def _keep_used(step: Step, states: States, fields: Fields) -> None:
    """Keep of a step's result only what other steps read: data are limited to 256 KiB."""
    state = states[step.name]
    if "ResultPath" not in state:
        return
    if used := fields.used.get(step.name):
        state["ResultSelector"] = {f"{name}.$": f"$.{name}" for name in sorted(used)}
    else:
        state["ResultPath"] = None


def _policies(step: Step) -> Sequence[Mapping[str, Any]]:
    policies: Sequence[Mapping[str, Any]] = step.extra.get("RetryPolicies", [])
    return policies
