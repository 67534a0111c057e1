"""The hyperparameters in SSM with their defaults and ranges, and who set them."""

import json

from cli.aws import Json, pages
from cli.connection import Connection
from cli.errors import CommandError
from common.hyperparameters import (
    NAMES,
    PATH,
    HyperparameterError,
    Hyperparameters,
    expected,
    pipeline_parameter,
)
from common.times import iso


def parameter_name(connection: Connection, name: str) -> str:
    """Return the name of the SSM parameter."""
    return f"/{connection.outputs.prefix}/{PATH}/{name}"


def hyperparameters(connection: Connection) -> list[Json]:
    """Return each one that can be set or is stored.

    Keys: name, value (None: the default applies), default (of the pipeline, as of the last apply),
    expected (which values are allowed), set_by (ARN of the user or of the role's session), since,
    problem (why no training starts, None if nothing is wrong).
    """
    if connection.outputs.feature_group_name is None:
        raise CommandError(
            "hyperparameters of a tabular model: set the Terraform variable "
            "training.hyperparameters and apply"
        )
    ssm, path = connection.clients("ssm"), parameter_name(connection, "").rstrip("/")
    found = pages(ssm, "get_parameters_by_path", "Parameters", Path=path)
    values = {parameter["Name"].rpartition("/")[2]: parameter["Value"] for parameter in found}
    defaults = _defaults(connection)
    horizon = defaults.get("prediction_length")
    return [
        {
            "name": name,
            "value": values.get(name),
            "default": defaults.get(name),
            "expected": expected(name),
            **_author(connection, name, known=name in values),
            "problem": problem(name, values[name], horizon) if name in values else None,
        }
        for name in (*NAMES, *sorted(set(values) - set(NAMES)))
    ]


def problem(name: str, value: str, horizon: str | None) -> str | None:
    """Return why no training starts with a value, None if one does.

    `horizon` is the default of prediction_length, which is the system's.
    """
    try:
        Hyperparameters.parse({name: value}, int(horizon) if horizon else None)
    except HyperparameterError as error:
        return str(error)
    return None


def _defaults(connection: Connection) -> dict[str, str]:
    described = connection.clients("sagemaker").describe_pipeline(
        PipelineName=connection.outputs.training_workflow_arn.rpartition("/")[2]
    )
    declared = json.loads(described["PipelineDefinition"]).get("Parameters", [])
    defaults = {entry["Name"]: entry.get("DefaultValue") for entry in declared}
    return {name: value for name in NAMES if (value := defaults.get(pipeline_parameter(name)))}


def _author(connection: Connection, name: str, *, known: bool) -> Json:
    """Return who wrote the value, and when."""
    if not known:
        return {"set_by": None, "since": None}
    ssm, parameter = connection.clients("ssm"), parameter_name(connection, name)
    *_, newest = pages(ssm, "get_parameter_history", "Parameters", Name=parameter)
    return {"set_by": newest["LastModifiedUser"], "since": iso(newest["LastModifiedDate"])}
