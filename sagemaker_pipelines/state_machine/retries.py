"""Retry policies of a pipeline's step as states of a state machine.

Errors of a request are retried by the state itself. All jobs that failed have the same error, so
the state catches it, and a Choice state compares the reason of the job.
"""

from collections.abc import Mapping, Sequence
from typing import Any

States = dict[str, dict[str, Any]]

# Types of exceptions that a request ends with: the names of the errors by kind of integration.
JOBS, SDK = "jobs", "sdk"
ERRORS = {
    JOBS: {
        "Step.SERVICE_FAULT": ["SageMaker.AmazonSageMakerException"],
        "Step.THROTTLING": ["ThrottlingException"],
        "SageMaker.RESOURCE_LIMIT": ["SageMaker.ResourceLimitExceededException"],
    },
    SDK: {
        "Step.SERVICE_FAULT": ["SageMaker.SageMakerException", "SageMaker.SdkClientException"],
        "Step.THROTTLING": [],  # a SageMakerException, too
    },
}
# Those that a job ends with: how its FailureReason begins.
REASONS = {
    "SageMaker.JOB_INTERNAL_ERROR": "InternalServerError",
    "SageMaker.CAPACITY_ERROR": "CapacityError",
}
JOB_FAILED = "States.TaskFailed"
WAITS = "$.Waits"  # seconds until the next retry, by step
FAILURE = "$.Failure"
FAILED = "Training failed"
FAIL: dict[str, Any] = {
    "Type": "Fail",
    "ErrorPath": f"{FAILURE}.Error",
    "CausePath": f"{FAILURE}.Cause",
}


def of_requests(policies: Sequence[Mapping[str, Any]], kind: str) -> list[dict[str, Any]]:
    """Return the Retry field for the errors of a request."""
    found = []
    for policy in policies:
        names = [name for of in policy["ExceptionType"] for name in ERRORS[kind].get(of, [])]
        rest = {key: value for key, value in policy.items() if key != "ExceptionType"}
        found += [{"ErrorEquals": names, **rest}] if names else []
    return found


def first_wait(policies: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Return the initial data of the retries of a job, None if it has none."""
    policy = _of_jobs(policies)
    return {"Seconds": policy["IntervalSeconds"]} if policy else None


def of_job(name: str, policies: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], States]:
    """Return the fields of a job's state that handle its failure, and the states that they need.

    The seconds to wait double with each retry, so they also say how many there were.
    """
    policy = _of_jobs(policies)
    if policy is None:
        return {}, {}
    if policy["BackoffRate"] != 2:
        raise ValueError(f"BackoffRate of {name}: got {policy['BackoffRate']}, expected 2")
    failed, waits, doubles = f"{name} failed", f"{name} waits", f"{name} doubles its wait"
    seconds = f"{WAITS}.{name}.Seconds"
    reasons = [REASONS[of] for of in policy["ExceptionType"] if of in REASONS]
    transient = [
        {"Variable": f"{FAILURE}.Cause", "StringMatches": f'*"FailureReason"*"{reason}*'}
        for reason in reasons
    ]
    limit = policy["IntervalSeconds"] * 2 ** policy["MaxAttempts"]
    again = [
        {"Variable": f"{FAILURE}.Error", "StringEquals": JOB_FAILED},
        {"Variable": seconds, "NumericLessThan": limit},
        {"Or": transient},
    ]
    catch = {"ErrorEquals": [JOB_FAILED], "ResultPath": FAILURE, "Next": failed}
    return {"Catch": [catch]}, {
        failed: {
            "Type": "Choice",
            "Choices": [{"And": again, "Next": waits}],
            "Default": FAILED,
        },
        waits: {"Type": "Wait", "SecondsPath": seconds, "Next": doubles},
        doubles: {
            "Type": "Pass",
            "Parameters": {"Seconds.$": f"States.MathAdd({seconds}, {seconds})"},
            "ResultPath": f"{WAITS}.{name}",
            "Next": name,
        },
    }


def _of_jobs(policies: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    return next((p for p in policies if REASONS.keys() & set(p["ExceptionType"])), None)
