"""Hyperparameters and policy as people set them in SSM -> what the pipeline is told."""

from datetime import timedelta
from typing import Any

from common import settings, times
from retrain_trigger.guards import Policy
from retrain_trigger.requests import Request


def values(ssm: Any, folder: str) -> dict[str, str]:
    """Read all parameters below a folder of the prefix, by their last name."""
    path = f"{settings.required('PARAMETER_PATH')}/{folder}"
    pages = ssm.get_paginator("get_parameters_by_path").paginate(Path=path)
    found = [parameter for page in pages for parameter in page["Parameters"]]
    return {parameter["Name"].rpartition("/")[2]: parameter["Value"] for parameter in found}


def policy(given: dict[str, str]) -> Policy:
    """Read the policy; raises ValueError or KeyError naming what is wrong."""
    try:
        return Policy(timedelta(hours=float(given["cooldown_hours"])), int(given["daily_cap"]))
    except ValueError as error:
        raise ValueError(f"quality/policy: {error}") from error


def pipeline(request: Request, hyperparameters: dict[str, str]) -> list[dict[str, str]]:
    """Return the execution's parameters, named as the pipeline has them: num_cells, NumCells."""
    named = {
        "".join(map(str.capitalize, name.split("_"))): value
        for name, value in hyperparameters.items()
    }
    told = {"Reason": request.told, "EndTime": times.iso(request.time), **named}
    return [{"Name": name, "Value": value} for name, value in told.items()]
