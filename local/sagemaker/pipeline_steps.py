"""What each type of pipeline step does: it calls the operation that a client would call."""

import time
from collections.abc import Callable
from typing import Any

from local.sagemaker import api
from local.sagemaker.pipeline_execution import Execution, StepState, random_id
from local.sagemaker.pipeline_values import Scope, holds

Json = dict[str, Any]
NAME_LENGTH = 63
FIRST_WAIT, LONGEST_WAIT = 0.02, 0.5  # seconds of real time between two looks at a job


class StepFailedError(Exception):
    """A step did not succeed; the text is its failure reason."""


class StepStoppedError(Exception):
    """A step ended because its execution was stopped."""


def run(execution: Execution, state: StepState, arguments: Json, scope: Scope) -> None:
    """Do a step; its metadata and properties are set in `state`.

    Raises StepFailedError, StepStoppedError.
    """
    try:
        STEPS[state.step.kind](execution, state, arguments, scope)
    except api.ApiError as error:
        raise StepFailedError(f"ClientError: {error}") from None


def _job(execution: Execution, state: StepState, arguments: Json, _: Scope) -> None:
    """Processing, Training, Transform: create the job and wait for its end."""
    stem = f"{state.step.kind}Job"
    name = {f"{stem}Name": _generated_name(execution, state)}
    if stem != "TransformJob":
        arguments = {"RoleArn": execution.role, **arguments}
    created = api.call(f"Create{stem}", {**arguments, **name})
    state.metadata = {stem: {"Arn": created[f"{stem}Arn"]}}
    described = _ended(execution, stem, name)
    status = described[f"{stem}Status"]
    if status == "Stopped":
        raise StepStoppedError
    if status != "Completed":
        raise StepFailedError(f"ClientError: {described.get('FailureReason', status)}")
    state.properties = described


def _ended(execution: Execution, stem: str, name: Json) -> Json:
    """Wait for a job in real time: it is work in flight, so virtual time stands still."""
    wait, stopped = FIRST_WAIT, False
    while True:
        described = api.call(f"Describe{stem}", name)
        if described[f"{stem}Status"] in {"Completed", "Failed", "Stopped"}:
            return described
        if execution.stopping.is_set() and not stopped:
            api.call(f"Stop{stem}", name)
            stopped = True
        if stopped:
            time.sleep(wait)
        else:
            execution.stopping.wait(wait)
        wait = min(wait * 1.5, LONGEST_WAIT)


def _model(execution: Execution, state: StepState, arguments: Json, _: Scope) -> None:
    name = {"ModelName": _generated_name(execution, state)}
    body = {"ExecutionRoleArn": execution.role, **arguments, **name}
    state.metadata = {"Model": {"Arn": api.call("CreateModel", body)["ModelArn"]}}
    state.properties = api.call("DescribeModel", name)


def _register(execution: Execution, state: StepState, arguments: Json, _: Scope) -> None:
    made_by = {"MetadataProperties": {"GeneratedBy": execution.arn}}
    arn = api.call("CreateModelPackage", {**made_by, **arguments})["ModelPackageArn"]
    state.metadata = {"RegisterModel": {"Arn": arn}}
    state.properties = api.call("DescribeModelPackage", {"ModelPackageName": arn})


def _condition(_: Execution, state: StepState, __: Json, scope: Scope) -> None:
    outcome = all(holds(c, scope) for c in state.step.body["Arguments"]["Conditions"])
    state.metadata = {"Condition": {"Outcome": str(outcome)}}
    state.properties = {"Outcome": outcome}


def _fail(_: Execution, state: StepState, arguments: Json, __: Scope) -> None:
    message = str(arguments.get("ErrorMessage", ""))
    state.metadata = {"Fail": {"ErrorMessage": message}}
    raise StepFailedError(message)


def _generated_name(execution: Execution, state: StepState) -> str:
    """Name a job as AWS does: `pipelines-<execution id>-<step>-<10 random>`."""
    start, end = f"pipelines-{execution.id}-", f"-{random_id(10)}"
    step = state.name.replace("_", "-")[: NAME_LENGTH - len(start) - len(end)]
    return f"{start}{step}{end}"


STEPS: dict[str, Callable[[Execution, StepState, Json, Scope], None]] = {
    "Processing": _job,
    "Training": _job,
    "Transform": _job,
    "Model": _model,
    "RegisterModel": _register,
    "Condition": _condition,
    "Fail": _fail,
}
