"""Who approves a model: a person, or the loop itself."""

from typing import Any

from common import settings


class PolicyError(ValueError):
    """The approval policy is neither of the two; the text holds it."""


def automatic(ssm: Any) -> bool:
    """Read the policy; raises PolicyError if it is neither manual nor automatic."""
    name = settings.required("POLICY_PARAMETER")
    policy = ssm.get_parameter(Name=name)["Parameter"]["Value"]
    if policy not in {"automatic", "manual"}:
        raise PolicyError(f"{name} is {policy!r}, not manual or automatic")
    return bool(policy == "automatic")
