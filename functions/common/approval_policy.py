"""The approval policy: whether a person approves models, for staging and for production."""

from typing import TYPE_CHECKING

from common.errors import bad_value

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.parameters import SSMProvider

POLICIES = ("manual", "automatic")


def is_automatic(parameters: "SSMProvider", name: str) -> bool:
    """Read the policy's SSM parameter; raises ValueError for an unknown policy."""
    policy = parameters.get(name, force_fetch=True)  # an operator may just have changed it
    if policy not in POLICIES:
        raise ValueError(bad_value(name, policy, " or ".join(POLICIES)))
    return policy == "automatic"
