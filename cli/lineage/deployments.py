"""When a version served, and what replaced it, from the decision log. Pure."""

from collections.abc import Iterable, Sequence

from cli.aws import Json
from common.decisions import APPROVAL_REQUESTED, MODEL_DEPLOYED


def deployments(log: Sequence[Json], version: int) -> list[Json]:
    """Return each deployment of a version, oldest first.

    Keys: time, stage, endpoint, approval (of production: by, path, comment), until (when another
    version replaced it; None: not yet), replaced_by, rolled_back (an older version replaced it),
    replacement (the approval of that version, which says who rolled back and why).
    """
    events = [event for event in log if event["detail-type"] == MODEL_DEPLOYED]
    found = []
    for position, event in enumerate(events):
        detail = event["detail"]
        if _version(detail) == version:
            later = _replacement(events[position + 1 :], detail["stage"], version)
            found.append(_deployment(event, later, version))
    return found


def requested(log: Iterable[Json], version: int) -> str | None:
    """Return when the newest approval for production was requested of a person."""
    times = [
        str(event["time"])
        for event in log
        if event["detail-type"] == APPROVAL_REQUESTED
        and event["detail"]["stage"] == "production"
        and _version(event["detail"]) == version
    ]
    return times[-1] if times else None


def _replacement(later: Sequence[Json], stage: str, version: int) -> Json | None:
    """Return the next deployment of another version to the stage."""
    others = (
        event
        for event in later
        if event["detail"]["stage"] == stage and _version(event["detail"]) != version
    )
    return next(others, None)


def _deployment(event: Json, later: Json | None, version: int) -> Json:
    detail, next_detail = event["detail"], later["detail"] if later else {}
    replaced_by = _version(next_detail) if later else None
    return {
        "time": event["time"],
        "stage": detail["stage"],
        "endpoint": detail.get("endpoint_name"),
        "approval": detail.get("approval"),
        "until": later["time"] if later else None,
        "replaced_by": replaced_by,
        "rolled_back": replaced_by is not None and replaced_by < version,
        "replacement": next_detail.get("approval"),
    }


def _version(detail: Json) -> int:
    return int(str(detail["package_arn"]).rpartition("/")[2])
