"""Deletion of one kind of resource until none is left."""

import time
from collections.abc import Callable, Iterator

from botocore.exceptions import ClientError

POLL_SECONDS = 5.0
RESERVE_MILLISECONDS = 20_000  # remaining time in which to report the error
# Busy (such as an endpoint being created), still in use, or already deleted: list again.
RETRYABLE = {"ValidationException", "ConflictException", "ResourceNotFound", "ParameterNotFound"}


class CleanUpIncompleteError(RuntimeError):
    """Resources remain at the end of the time limit; destroy again to continue."""


def delete_all(
    kind: str,
    find: Callable[[], Iterator[str]],
    delete: Callable[[str], object],
    remaining_milliseconds: Callable[[], int],
) -> int:
    """Delete until nothing is found; return the number of resources.

    Raises CleanUpIncompleteError shortly before the time is over.
    """
    found: set[str] = set()
    while remaining := list(find()):
        found |= set(remaining)
        errors = [error for name in remaining if (error := _try_delete(delete, name))]
        if not (remaining := list(find())):
            break
        if remaining_milliseconds() < RESERVE_MILLISECONDS:
            raise CleanUpIncompleteError(f"{kind} left: {', '.join(remaining)} {' '.join(errors)}")
        time.sleep(POLL_SECONDS)
    return len(found)


def _try_delete(delete: Callable[[str], object], name: str) -> str | None:
    """Delete one resource; return the error if it is retryable, None after success."""
    try:
        delete(name)
    except ClientError as error:
        if error.response["Error"]["Code"] not in RETRYABLE:
            raise
        return str(error)
    return None
