"""Run an execution: every step in a worker, as soon as its dependencies have succeeded.

The end of a step starts the next ones or ends the execution. After a failure no further step
starts; running ones continue.
"""

import json
import logging
import time
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from local import runtime
from local.iam.policies import AccessDeniedError
from local.sagemaker import s3_files
from local.sagemaker.api import LOCK
from local.sagemaker.pipelines import step_types
from local.sagemaker.pipelines.definition import Step
from local.sagemaker.pipelines.execution import ENDED, Execution, StepState
from local.sagemaker.pipelines.expressions import Scope, UnresolvedError, path_parts, resolve

log = logging.getLogger(__name__)

FAILURE = "Step failure: One or multiple steps failed."


def start(execution: Execution) -> None:
    """Start an execution without waiting for it."""
    with LOCK:
        execution.set_status("Executing")
        _advance(execution)


def stop(execution: Execution) -> None:
    """Stop an execution: no further step starts, running jobs are stopped."""
    with LOCK:
        if execution.status != "Executing":
            return
        execution.set_status("Stopping")
        execution.stopping.set()
        _advance(execution)


def resume(execution: Execution, unfinished: list[str]) -> None:
    """Continue an execution in a new process; its unfinished steps start again."""
    with LOCK:
        execution.began = time.monotonic()
        if execution.status == "Stopping":
            execution.stopping.set()
        for name in unfinished:
            del execution.steps[name]
        _advance(execution)


def _advance(execution: Execution) -> None:
    """Start the steps that are ready, or end the execution. The caller holds the lock."""
    failures = [s for s in execution.steps.values() if s.status == "Failed"]
    if not failures and not execution.stopping.is_set():
        for name, step in execution.definition.steps.items():
            if name not in execution.steps and _ready(execution, step):
                state = StepState(step, name, execution.now())
                execution.steps[name] = state
                runtime.clock.spawn(_run, execution, state)
    if execution.status in ENDED or any(s.status not in ENDED for s in execution.steps.values()):
        return
    if failures:
        reasons = "; ".join(f"{s.name}: {s.failure}" for s in failures)
        execution.set_status("Failed", f"{FAILURE} {reasons}"[:1300])
    else:
        execution.set_status("Stopped" if execution.stopping.is_set() else "Succeeded")
    log.info("pipeline execution %s %s", execution.arn, execution.status)


def _ready(execution: Execution, step: Step) -> bool:
    """Return whether a step's dependencies have succeeded and its branch was taken."""
    done = execution.steps
    if any(name not in done or done[name].status != "Succeeded" for name in step.dependencies):
        return False
    return step.branch is None or done[step.branch[0]].properties["Outcome"] == step.branch[1]


def _run(execution: Execution, state: StepState) -> None:
    """Run one step until it succeeds, fails or is stopped, then advance the execution."""
    status, failure = "Failed", None
    execution.set_step_status(state, "Starting")
    try:
        scope = _scope(execution)
        given = {k: v for k, v in state.step.body["Arguments"].items() if k not in _UNRESOLVED}
        with runtime.acting(execution.session):
            arguments = resolve(given, scope)
        execution.set_step_status(state, "Executing")
        with runtime.acting(execution.session):
            step_types.run(execution, state, arguments, scope)
        status = "Succeeded"
    except step_types.StepStoppedError:
        status = "Stopped"
    except (AccessDeniedError, step_types.StepFailedError, UnresolvedError) as error:
        failure = str(error)[:1024]
    except Exception as error:
        log.exception("step %s of %s", state.name, execution.arn)
        failure = f"InternalServerError: {error!r}"[:1024]
    with LOCK:
        execution.set_step_status(state, status, failure)
        _advance(execution)


_UNRESOLVED = frozenset({"Conditions", "IfSteps", "ElseSteps"})


def _scope(execution: Execution) -> Scope:
    with LOCK:
        properties = {n: s.properties for n, s in execution.steps.items() if s.properties}

    def read_json(spec: Mapping[str, Any]) -> Any:
        return _json_file(_file_uri(execution, spec, scope))

    scope = Scope(execution.values, execution.variables(), properties, read_json)
    return scope


def _file_uri(execution: Execution, spec: Mapping[str, Any], scope: Scope) -> str:
    """Return the URI of the file of a Std:JsonGet."""
    if "S3Uri" in spec:
        return str(resolve(spec["S3Uri"], scope))
    reference = spec["PropertyFile"]["Get"]
    _, step, _, name = path_parts(reference)
    files = execution.definition.steps[str(step)].body.get("PropertyFiles", [])
    file = next((file for file in files if file["PropertyFileName"] == name), None)
    if file is None:
        raise UnresolvedError(f"{reference} does not exist")
    output = f"Steps.{step}.ProcessingOutputConfig.Outputs['{file['OutputName']}'].S3Output.S3Uri"
    return f"{resolve({'Get': output}, scope).rstrip('/')}/{file['FilePath']}"


def _json_file(uri: str) -> Any:
    try:
        return json.loads(s3_files.read(uri))
    except (ClientError, ValueError) as error:
        raise UnresolvedError(f"Cannot read the property file {uri}: {error}") from None
