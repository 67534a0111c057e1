"""The states of one step: a Task state, and those that read its property files or retry it."""

from collections.abc import Iterator, Mapping
from typing import Any

from sagemaker_pipelines.dsl import EXECUTION_ARN, JsonGet, Step
from sagemaker_pipelines.state_machine import retries
from sagemaker_pipelines.state_machine.fields import CONTENT, CONTEXT, Fields, Path, formatted
from sagemaker_pipelines.state_machine.retries import JOBS, SDK, States

INTEGRATION = "arn:aws:states:::"
# Name and request of the job of a step.
JOB_KINDS = {"Processing": "ProcessingJob", "Training": "TrainingJob"}
# <prefix>-<execution>-<step>-<8 random characters>: at most 63 characters, new in each attempt.
# The first part of the execution's name: names that the console generates are UUIDs.
EXECUTION = "States.ArrayGetItem(States.StringSplit($$.Execution.Name, '-'), 0)"
RANDOM = "States.ArrayGetItem(States.StringSplit(States.UUID(), '-'), 0)"
COMPARISONS = {
    "Equals": "Equals",
    "GreaterThan": "GreaterThan",
    "GreaterThanOrEqualTo": "GreaterThanEquals",
    "LessThan": "LessThan",
    "LessThanOrEqualTo": "LessThanEquals",
}
READ_RETRY = {
    "ErrorEquals": ["S3.S3Exception", "S3.SdkClientException"],
    "IntervalSeconds": 10,
    "MaxAttempts": 5,
    "BackoffRate": 2.0,
}


def job(step: Step, fields: Fields) -> tuple[States, str]:
    """Return the states of a step with a job, and the last of them, which has no Next yet."""
    kind = JOB_KINDS[step.type]
    policies = step.extra.get("RetryPolicies", [])
    failure, more = retries.of_job(step.name, policies)
    name = (
        f"States.Format('{{}}-{{}}-{step.name}-{{}}', $.Parameters.Prefix, {EXECUTION}, {RANDOM})"
    )
    states: States = {
        step.name: {
            "Type": "Task",
            "Resource": f"{INTEGRATION}sagemaker:create{kind}.sync",
            "Parameters": {f"{kind}Name.$": name, **fields.object(step.arguments)},
            "ResultPath": f"$.Steps.{step.name}",
            "Retry": retries.of_requests(policies, JOBS),
            **failure,
        }
    }
    last = step.name
    for file in step.extra.get("PropertyFiles", []):
        reader = f"{step.name} {file['PropertyFileName']}"
        states[last]["Next"] = reader
        states[reader] = _reader(step, file, fields)
        last = reader
    return {**states, **more}, last


def _reader(step: Step, file: Mapping[str, str], fields: Fields) -> dict[str, Any]:
    """Return the state that reads a property file."""
    scheme, bucket, *key = fields.parts(step.output(file["OutputName"]))
    if scheme != "s3://" or not isinstance(bucket, Path) or not str(key[0]).startswith("/"):
        raise ValueError(f"output of {step.name}: got {key}, expected s3://<a parameter>/…")
    path = [str(key[0]).removeprefix("/"), *key[1:-1], f"{key[-1]}/{file['FilePath']}"]
    return {
        "Type": "Task",
        "Resource": f"{INTEGRATION}aws-sdk:s3:getObject",
        "Parameters": {"Bucket.$": bucket.text, "Key.$": formatted(path)},
        "ResultSelector": {f"{CONTENT}.$": "States.StringToJson($.Body)"},
        "ResultPath": f"$.Steps.{step.name}.PropertyFiles.{file['PropertyFileName']}",
        "Retry": [READ_RETRY],
    }


def registration(step: Step, fields: Fields) -> tuple[States, str]:
    """Return the state that registers a version; a repeated request registers it once."""
    origin = {"GeneratedBy.$": CONTEXT[EXECUTION_ARN]}
    state = {
        "Type": "Task",
        "Resource": f"{INTEGRATION}aws-sdk:sagemaker:createModelPackage",
        "Parameters": {
            "ClientToken.$": f"States.Hash({CONTEXT[EXECUTION_ARN]}, 'MD5')",
            "MetadataProperties": origin,
            **fields.object(step.arguments),
        },
        "ResultPath": f"$.Steps.{step.name}",
        "Retry": retries.of_requests(step.extra.get("RetryPolicies", []), SDK),
    }
    return {step.name: state}, step.name


def failure(step: Step, fields: Fields) -> dict[str, Any]:
    """Return the state that ends the execution with a message."""
    message = step.arguments["ErrorMessage"]
    cause = {"Cause": message} if isinstance(message, str) else {"CausePath": fields.path(message)}
    return {"Type": "Fail", "Error": step.name, **cause}


def rule(step: Step, fields: Fields) -> dict[str, Any]:
    """Return the rule of a Choice state that holds if all conditions of a step do."""
    rules = list(_rules(step, fields))
    return rules[0] if len(rules) == 1 else {"And": rules}


def _rules(step: Step, fields: Fields) -> Iterator[dict[str, Any]]:
    for condition in step.arguments["Conditions"]:
        left, right = condition["LeftValue"], condition["RightValue"]
        if not isinstance(left, JsonGet) or condition["Type"] not in COMPARISONS:
            raise ValueError(f"condition of {step.name}: got {condition}, expected a JsonGet")
        types = {bool: "Boolean", str: "String", int: "Numeric", float: "Numeric"}
        yield {
            "Variable": fields.path(left),
            f"{types[type(right)]}{COMPARISONS[condition['Type']]}": right,
        }
