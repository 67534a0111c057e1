"""The approval policy: who approves a model, for staging and again for production."""

from typing import Any

from common import settings

POLICIES = ("manual", "automatic")


def is_automatic(ssm: Any) -> bool:
    """Read the policy's parameter; raises ValueError naming a value that is none."""
    name = settings.required("POLICY_PARAMETER")
    value = ssm.get_parameter(Name=name)["Parameter"]["Value"]
    if value not in POLICIES:
        raise ValueError(f"{name} is {value!r}, not one of {', '.join(POLICIES)}")
    return bool(value == "automatic")
