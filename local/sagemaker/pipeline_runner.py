"""Runs an execution: every step in a worker thread as soon as the steps it needs have succeeded.

Nobody waits for the whole: the end of a step starts the next ones, or ends the execution. After a
failure no further step starts; those that run still end.
"""

import json
import logging
from collections.abc import Mapping
from typing import Any

from local import runtime
from local.sagemaker import pipeline_steps
from local.sagemaker.pipeline_definition import Step
from local.sagemaker.pipeline_execution import ENDED, Execution, StepState
from local.sagemaker.pipeline_values import Scope, UnresolvedError, parts_of, resolve

log = logging.getLogger(__name__)

FAILED = "Step failure: One or multiple steps failed."


def start(execution: Execution) -> None:
    """Begin; returns at once."""
    with execution.changed:
        execution.move("Executing")
        _proceed(execution)


def stop(execution: Execution) -> None:
    """Ask for the end: nothing new starts, running jobs are stopped."""
    with execution.changed:
        if execution.status != "Executing":
            return
        execution.move("Stopping")
        execution.stopping.set()
        _proceed(execution)


def _proceed(execution: Execution) -> None:
    """Start what can start; end the execution when nothing runs. The caller holds `changed`."""
    failures = [s for s in execution.steps.values() if s.status == "Failed"]
    if not failures and not execution.stopping.is_set():
        for name, step in execution.definition.steps.items():
            if name not in execution.steps and _ready(execution, step):
                state = StepState(step, name, runtime.clock.now())
                execution.steps[name] = state
                runtime.clock.spawn(_run, execution, state)
    if execution.status in ENDED or any(s.status not in ENDED for s in execution.steps.values()):
        return
    if failures:
        reasons = "; ".join(f"{s.name}: {s.failure}" for s in failures)
        execution.move("Failed", f"{FAILED} {reasons}"[:1300])
    else:
        execution.move("Stopped" if execution.stopping.is_set() else "Succeeded")
    log.info("pipeline execution %s %s", execution.arn, execution.status)


def _ready(execution: Execution, step: Step) -> bool:
    """Whether all that a step needs has succeeded; one on a branch not taken never is."""
    done = execution.steps
    if any(name not in done or done[name].status != "Succeeded" for name in step.needs):
        return False
    return step.branch is None or done[step.branch[0]].properties["Outcome"] == step.branch[1]


def _run(execution: Execution, state: StepState) -> None:
    """Run one step to its end, whatever that is, and go on from there."""
    status, failure = "Failed", None
    execution.move_step(state, "Starting")
    try:
        scope = _scope(execution)
        arguments = resolve(
            {k: v for k, v in state.step.body["Arguments"].items() if k not in _UNRESOLVED}, scope
        )
        execution.move_step(state, "Executing")
        pipeline_steps.run(execution, state, arguments, scope)
        status = "Succeeded"
    except pipeline_steps.StepStoppedError:
        status = "Stopped"
    except (pipeline_steps.StepFailedError, UnresolvedError) as error:
        failure = str(error)[:1024]
    except Exception as error:
        log.exception("step %s of %s", state.name, execution.arn)
        failure = f"InternalServerError: {error!r}"[:1024]
    with execution.changed:
        execution.move_step(state, status, failure)
        _proceed(execution)


_UNRESOLVED = frozenset({"Conditions", "IfSteps", "ElseSteps"})


def _scope(execution: Execution) -> Scope:
    with execution.changed:
        properties = {n: s.properties for n, s in execution.steps.items() if s.properties}

    def read_json(spec: Mapping[str, Any]) -> Any:
        return _json_file(_file_uri(execution, spec, scope))

    scope = Scope(execution.values, execution.variables(), properties, read_json)
    return scope


def _file_uri(execution: Execution, spec: Mapping[str, Any], scope: Scope) -> str:
    """Return where the file of a Std:JsonGet lies."""
    if "S3Uri" in spec:
        return str(resolve(spec["S3Uri"], scope))
    reference = spec["PropertyFile"]["Get"]
    _, step, _, name = parts_of(reference)
    files = execution.definition.steps[str(step)].body.get("PropertyFiles", [])
    file = next((file for file in files if file["PropertyFileName"] == name), None)
    if file is None:
        raise UnresolvedError(f"{reference} does not exist")
    output = f"Steps.{step}.ProcessingOutputConfig.Outputs['{file['OutputName']}'].S3Output.S3Uri"
    return f"{resolve({'Get': output}, scope).rstrip('/')}/{file['FilePath']}"


def _json_file(uri: str) -> Any:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    s3 = runtime.client("s3")
    try:
        return json.load(s3.get_object(Bucket=bucket, Key=key)["Body"])
    except (s3.exceptions.ClientError, ValueError) as error:
        raise UnresolvedError(f"Cannot read the property file {uri}: {error}") from None
