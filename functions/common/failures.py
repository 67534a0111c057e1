"""Why a task of Step Functions failed, from the error and the cause of its execution. Pure."""

import json
from typing import Any

# Of a job, whose reason may be only its exit code; of a function, beside its stack trace.
REASONS = ("ExitMessage", "FailureReason", "errorMessage")


def reason(error: str | None, cause: str | None) -> str | None:
    """Return why a task failed: the cause may be the description of its job or function."""
    found = document(cause)
    messages = [str(found[name]) for name in REASONS if found.get(name)]
    return next(iter(messages), None) or cause or error


def document(text: str | None) -> dict[str, Any]:
    """Return an object in JSON, empty if the text is none."""
    try:
        found = json.loads(text or "")
    except (RecursionError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
