"""How an endpoint gets to another fleet: a new one is started, gets traffic, and replaces the old.

The old fleet stays until the new one has answered all requests for as long as the alarms are
watched; an alarm gives all requests back to it.
"""

from collections.abc import Mapping
from typing import Any

from local import ministack, runtime
from local.containers import images
from local.iam.policies import AccessDeniedError
from local.sagemaker.api import LOCK, ApiError, Json
from local.sagemaker.hosting.endpoint import Endpoint
from local.sagemaker.hosting.fleet import Fleet
from local.sagemaker.hosting.rollout import Rollout
from local.sagemaker.hosting.serving_container import ServingError

NOT_STARTED = (AccessDeniedError, ApiError, ServingError, images.UnknownImageError, OSError)
WATCH_SECONDS = 10  # between two looks at the alarms


class _RolledBackError(Exception):
    """An alarm ended the update."""


def create(endpoint: Endpoint, config: Json) -> None:
    """Start the first fleet of an endpoint."""
    fleet = _start(endpoint, config, {}, {})
    if fleet is not None:
        endpoint.serve(fleet, config)


def update(endpoint: Endpoint, config: Json, plan: Rollout) -> None:
    """Start a new fleet, shift the requests to it, and stop the old one; or roll back."""
    config, counts, weights = _retained(endpoint, config)
    old = endpoint.fleet
    endpoint.set_pending(None, "Creating", "")
    new = _start(endpoint, config, counts, weights)
    if new is None:
        return
    with LOCK:
        endpoint.new_fleet = new
    try:
        for step in plan.steps:
            message = f"{step.share:.0%} of the requests go to {new.instance_count()} instance(s)."
            endpoint.set_pending(new, "ActivatingTraffic", message)
            with LOCK:
                endpoint.new_share = step.share
            _bake(endpoint, new, step.seconds, plan.alarms)
    except _RolledBackError as reason:
        _roll_back(endpoint, new, str(reason))
        return
    endpoint.serve(new, config)
    if old:
        old.close()


def resize(endpoint: Endpoint, changes: Mapping[str, Json]) -> None:
    """Change weights and instance counts of the serving fleet, by the name of the variant."""
    fleet = endpoint.fleet
    assert fleet is not None  # noqa: S101 - the operation requires it
    failure: Json = {}
    for name, change in changes.items():
        variant = fleet.production[name]
        variant.weight = change.get("DesiredWeight", variant.weight)
        count = change.get("DesiredInstanceCount", len(variant.instances))
        try:
            variant.start(count)
        except NOT_STARTED as error:
            failure = {"FailureReason": str(error)}
            continue
        variant.stop(count)
    with LOCK:
        endpoint.set_status("InService", **endpoint.variants(), **failure)


def _start(
    endpoint: Endpoint, config: Json, counts: Mapping[str, int], weights: Mapping[str, float]
) -> Fleet | None:
    """Start a fleet; None after a failure, which leaves the old one in service."""
    try:
        return Fleet(endpoint.name, config, counts, weights)
    except NOT_STARTED as error:
        _fail(endpoint, str(error))
        return None
    except Exception as error:
        _fail(endpoint, repr(error))
        raise


def _fail(endpoint: Endpoint, reason: str) -> None:
    with LOCK:
        if endpoint.fleet is None:
            endpoint.set_status("Failed", FailureReason=reason)
        else:
            endpoint.serve(endpoint.fleet, endpoint.config, FailureReason=reason)


def _roll_back(endpoint: Endpoint, new: Fleet, reason: str) -> None:
    """Let the old fleet answer all requests again, then stop the new one."""
    assert endpoint.fleet is not None  # noqa: S101 - an update has one
    with LOCK:
        endpoint.new_share = 0.0
        endpoint.set_status("RollingBack")
        endpoint.set_pending(new, "Deleting", reason)
    new.close()
    endpoint.serve(endpoint.fleet, endpoint.config, FailureReason=reason)


def _bake(endpoint: Endpoint, new: Fleet, seconds: int, alarms: tuple[str, ...]) -> None:
    """Watch the alarms for a time; raises _RolledBackError."""
    if seconds:
        capacity = f"{endpoint.new_share:.0%} of the requests on the new fleet"
        endpoint.set_pending(new, "Baking", f"Baking for {seconds} seconds with {capacity}.")
    remaining = seconds
    while True:
        if raised := [name for name in alarms if _is_raised(name)]:
            raise _RolledBackError(
                f"Alarms in state ALARM during the deployment: {', '.join(raised)}. "
                "The endpoint was rolled back."
            )
        if remaining <= 0:
            return
        runtime.clock.sleep(min(WATCH_SECONDS, remaining))
        remaining -= WATCH_SECONDS


def _is_raised(name: str) -> bool:
    alarm = ministack.alarms.get(name)
    return alarm is not None and alarm["StateValue"] == "ALARM"


def _retained(endpoint: Endpoint, config: Json) -> tuple[Json, dict[str, int], dict[str, float]]:
    """Return configuration, instance counts and weights by RetainAllVariantProperties."""
    request: Any = endpoint.update or {}
    if not request.get("RetainAllVariantProperties") or endpoint.fleet is None:
        return config, {}, {}
    excluded = {
        entry["VariantPropertyType"]
        for entry in request.get("ExcludeRetainedVariantProperties") or []
    }
    present = endpoint.fleet.production.values()
    counts = {variant.name: len(variant.instances) for variant in present}
    weights = {variant.name: variant.weight for variant in present}
    if "DataCaptureConfig" not in excluded:
        config = {key: value for key, value in config.items() if key != "DataCaptureConfig"}
        if capture := endpoint.config.get("DataCaptureConfig"):
            config["DataCaptureConfig"] = capture
    return (
        config,
        {} if "DesiredInstanceCount" in excluded else counts,
        {} if "DesiredWeight" in excluded else weights,
    )
