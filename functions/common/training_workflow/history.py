"""The steps of a training in the history of an execution of Step Functions. Pure.

A state whose name has spaces belongs to the step before it: it reads a file, waits for a retry or
ends the execution (sagemaker_pipelines/state_machine).
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from common.failures import document, reason
from common.training_workflow.execution import (
    EXECUTING,
    FAILED,
    STOPPED,
    SUCCEEDED,
    Step,
)

JOBS = ("ProcessingJob", "TrainingJob")
MERGED = "Merge parameters"  # the state whose result has the parameters of the execution
FAILURES = {
    "TaskFailed": "taskFailedEventDetails",
    "TaskTimedOut": "taskTimedOutEventDetails",
    "TaskSubmitFailed": "taskSubmitFailedEventDetails",
    "TaskStartFailed": "taskStartFailedEventDetails",
}

Event = Mapping[str, Any]


def steps(events: Iterable[Event]) -> list[Step]:
    """Return the steps in the order they started; of a repeated one, its last attempt."""
    found: dict[str, Step] = {}
    current = ""  # the state that was entered last
    for event in events:
        kind, time = event["type"], event["timestamp"]
        if entered := event.get("stateEnteredEventDetails"):
            current = entered["name"]
            if " " not in current:
                first = found.get(current)
                found[current] = Step(current, EXECUTING, first.started if first else time)
            continue
        step = found.get(current)
        if step is None:
            continue
        if kind in FAILURES:
            found[current] = _failed(step, event.get(FAILURES[kind], {}), time)
        elif kind == "TaskScheduled":  # perhaps again, after a failed request
            found[current] = Step(current, EXECUTING, step.started)
        elif kind == "TaskSucceeded":
            output = document(event["taskSucceededEventDetails"].get("output"))
            found[current] = replace(step, jobs=_jobs(output))
        elif kind.endswith("StateExited"):
            status = FAILED if step.status == FAILED else SUCCEEDED
            found[current] = replace(step, status=status, ended=time)
        elif kind in {"ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted"}:
            found[current] = _ended(step, kind, event)
    return list(found.values())


def parameters(events: Iterable[Event]) -> dict[str, str] | None:
    """Return the parameters of an execution, None if it failed before they were merged."""
    for event in events:
        exited = event.get("stateExitedEventDetails")
        if exited and exited["name"] == MERGED:
            return dict(document(exited.get("output")).get("Parameters", {}))
    return None


def _failed(step: Step, details: Event, time: datetime) -> Step:
    why = reason(details.get("error"), details.get("cause"))
    jobs = _jobs(document(details.get("cause")))
    return replace(step, status=FAILED, ended=time, failure=why, jobs=jobs)


def _ended(step: Step, kind: str, event: Event) -> Step:
    """Return the step at which the execution ended."""
    if step.ended is not None:
        return step
    if kind == "ExecutionAborted":
        return replace(step, status=STOPPED, ended=event["timestamp"])
    details = event.get("executionFailedEventDetails", {})
    why = step.failure or reason(details.get("error"), details.get("cause")) or "timed out"
    return replace(step, status=FAILED, failure=why, ended=event["timestamp"])


def _jobs(described: Mapping[str, Any]) -> dict[str, str]:
    return {kind: str(described[f"{kind}Arn"]) for kind in JOBS if f"{kind}Arn" in described}
