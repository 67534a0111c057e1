"""What the environment tells a function."""

import os


def required(name: str) -> str:
    """Return a variable; raises KeyError in a sentence when it is missing or empty."""
    if value := os.environ.get(name):
        return value
    raise KeyError(f"environment variable {name} is required (Terraform sets it)")


def whole(name: str) -> int:
    """Return a variable that is a whole number above zero; raises ValueError naming it."""
    text = required(name)
    if not text.isdecimal() or int(text) == 0:
        raise ValueError(f"environment variable {name} must be a number above 0, not {text!r}")
    return int(text)
