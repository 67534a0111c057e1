"""Condition keys whose values depend on more than the ARN of a session."""

from collections.abc import Callable
from typing import Any

from local import ministack

KEYS = frozenset({"aws:principalarn", "aws:resourceaccount"})


def _prefer_known(resolve: Callable[[str, Any], Any]) -> Callable[[str, Any], Any]:
    """Use what `policies` knows: MiniStack has a session's ARN, and one account only."""

    def wrapper(key: str, context: Any) -> Any:
        name = key.lower()
        if name in KEYS and name in context.principal_keys:
            return context.principal_keys[name]
        return resolve(key, context)

    return wrapper


def install() -> None:
    """Wrap how MiniStack finds the value of a condition key."""
    ministack.condition_key.wrap(_prefer_known)
