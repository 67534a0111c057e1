"""The types of pipeline steps, which call the same operations as clients."""

import time
from collections.abc import Callable

from local.iam import gate, sagemaker_requests
from local.iam.policies import AccessDeniedError
from local.sagemaker import api
from local.sagemaker.api import Json
from local.sagemaker.pipelines.execution import Execution, StepState, random_id
from local.sagemaker.pipelines.expressions import Scope, holds

MAX_NAME_LENGTH = 63
TUNING = "HyperParameterTuningJob"
MIN_POLL_SECONDS, MAX_POLL_SECONDS = 0.02, 0.5  # of real time


class StepFailedError(Exception):
    """A step failed; the message is its FailureReason."""


class StepStoppedError(Exception):
    """A step was stopped with its execution."""


def run(execution: Execution, state: StepState, arguments: Json, scope: Scope) -> None:
    """Run a step and set its metadata and properties in `state`.

    Raises StepFailedError, StepStoppedError.
    """
    try:
        STEPS[state.step.kind](execution, state, arguments, scope)
    except (AccessDeniedError, api.ApiError) as error:
        raise StepFailedError(f"ClientError: {error}") from None


def _call(execution: Execution, operation: str, body: Json) -> Json:
    """Call an operation with the role of the execution; raises AccessDeniedError, ApiError."""
    _require(execution, operation, body)
    return api.call(operation, body)


def _require(execution: Execution, operation: str, body: Json) -> None:
    gate.require(execution.session, *sagemaker_requests.operation_checks(operation, body))


def _job(execution: Execution, state: StepState, arguments: Json, _: Scope) -> None:
    """Run a step of a job: create the job and wait until it ends."""
    kind = state.step.kind
    stem = TUNING if kind == "Tuning" else f"{kind}Job"
    name = {f"{stem}Name": _generated_name(execution, state)}
    if stem not in {"TransformJob", TUNING}:
        arguments = {"RoleArn": execution.role, **arguments}
    created = _call(execution, f"Create{stem}", {**arguments, **name})
    state.metadata = {f"{kind}Job": {"Arn": created[f"{stem}Arn"]}}
    described = _wait_for_job(execution, stem, name)
    status = described[f"{stem}Status"]
    if status == "Stopped" and execution.stopping.is_set():
        raise StepStoppedError
    if status != "Completed":
        why = described.get("FailureReason", described.get("SecondaryStatus", status))
        raise StepFailedError(f"ClientError: {why}")
    state.properties = described
    if stem == TUNING:
        best_first = {"SortBy": "FinalObjectiveMetricValue", "SortOrder": "Ascending"}
        listed = "ListTrainingJobsForHyperParameterTuningJob"
        state.properties = {**_call(execution, listed, {**name, **best_first}), **described}


def _wait_for_job(execution: Execution, stem: str, name: Json) -> Json:
    """Poll a job in real time, during which virtual time stops -> its Describe response."""
    wait, stopped = MIN_POLL_SECONDS, False
    _require(execution, f"Describe{stem}", name)
    while True:
        described = api.call(f"Describe{stem}", name)
        if described[f"{stem}Status"] in {"Completed", "Failed", "Stopped"}:
            return described
        if execution.stopping.is_set() and not stopped:
            _call(execution, f"Stop{stem}", name)
            stopped = True
        if stopped:
            time.sleep(wait)
        else:
            execution.stopping.wait(wait)
        wait = min(wait * 1.5, MAX_POLL_SECONDS)


def _model(execution: Execution, state: StepState, arguments: Json, _: Scope) -> None:
    name = {"ModelName": _generated_name(execution, state)}
    body = {"ExecutionRoleArn": execution.role, **arguments, **name}
    state.metadata = {"Model": {"Arn": _call(execution, "CreateModel", body)["ModelArn"]}}
    state.properties = _call(execution, "DescribeModel", name)


def _register(execution: Execution, state: StepState, arguments: Json, _: Scope) -> None:
    origin = {"MetadataProperties": {"GeneratedBy": execution.arn}}
    arn = _call(execution, "CreateModelPackage", {**origin, **arguments})["ModelPackageArn"]
    state.metadata = {"RegisterModel": {"Arn": arn}}
    state.properties = _call(execution, "DescribeModelPackage", {"ModelPackageName": arn})


def _condition(_: Execution, state: StepState, __: Json, scope: Scope) -> None:
    outcome = all(holds(c, scope) for c in state.step.body["Arguments"]["Conditions"])
    state.metadata = {"Condition": {"Outcome": str(outcome)}}
    state.properties = {"Outcome": outcome}


def _fail(_: Execution, state: StepState, arguments: Json, __: Scope) -> None:
    message = str(arguments.get("ErrorMessage", ""))
    state.metadata = {"Fail": {"ErrorMessage": message}}
    raise StepFailedError(message)


def _generated_name(execution: Execution, state: StepState) -> str:
    """Return a job name as on AWS: `pipelines-<execution id>-<step>-<10 random characters>`.

    Names of tuning jobs have at most 32 characters: `<execution id>-<8 of the step>-<…>`.
    """
    if state.step.kind == "Tuning":
        return f"{execution.id}-{state.name.replace('_', '-')[:8]}-{random_id(10)}"
    start, end = f"pipelines-{execution.id}-", f"-{random_id(10)}"
    step = state.name.replace("_", "-")[: MAX_NAME_LENGTH - len(start) - len(end)]
    return f"{start}{step}{end}"


STEPS: dict[str, Callable[[Execution, StepState, Json, Scope], None]] = {
    "Processing": _job,
    "Training": _job,
    "Transform": _job,
    "Tuning": _job,
    "Model": _model,
    "RegisterModel": _register,
    "Condition": _condition,
    "Fail": _fail,
}
