"""What API Gateway checks before an integration, where MiniStack differs from AWS."""

import json
import time
from typing import Any

from local import ministack

LIMITS = {"burstLimit": int, "limit": int, "offset": int, "rateLimit": float}


def create_key(create: Any) -> Any:
    """Return a creation of keys that generates the value if it is empty, as Terraform sends it."""
    return lambda data: create({k: v for k, v in data.items() if k != "value" or v})


def read_stage(read: Any) -> Any:
    """Return a description of stages that has no settings of access logs if there are none."""

    def described(api_id: str, name: str) -> Any:
        status, headers, body = read(api_id, name)
        found = json.loads(body)
        if not found.get("accessLogSettings", True):
            del found["accessLogSettings"]
        return status, headers, json.dumps(found).encode()

    return described


def validation(check: Any) -> Any:
    """Return a check of bodies: those of a content type without a model are not validated."""

    def checked(
        method: Any, api_id: str, request: Any, headers: Any, body: Any, query: Any
    ) -> Any:
        given = next((v for name, v in headers.items() if name.lower() == "content-type"), "")
        kind = str(given or "application/json").partition(";")[0].strip()
        if kind not in (method.get("requestModels") or {}):
            method = {**method, "requestModels": {}}
        return check(method, api_id, request, headers, body, query)

    return checked


def update_plan(update: Any) -> Any:
    """Return an update of usage plans that stores numbers: patches have them as text."""

    def numeric(plan_id: str, data: dict[str, Any]) -> Any:
        patches = [
            {**patch, "value": LIMITS[name](patch["value"])}
            if (name := patch["path"].rpartition("/")[2]) in LIMITS and patch.get("value")
            else patch
            for patch in data.get("patchOperations", [])
        ]
        return update(plan_id, {**data, "patchOperations": patches})

    return numeric


def take_token(slot: Any, limits: dict[str, Any]) -> bool:
    """Return whether a request is within a rate, in real time: clients do not follow the clock."""
    rate, burst = float(limits.get("rateLimit") or 0), float(limits.get("burstLimit") or 0)
    if limits.get("rateLimit") is None and limits.get("burstLimit") is None:
        return True
    now = time.monotonic()
    tokens, last = ministack.throttle_state.get(slot, (burst, now))
    tokens = min(burst, tokens + (now - last) * rate)
    allowed = tokens >= 1
    ministack.throttle_state[slot] = (tokens - allowed, now)
    return allowed


def install() -> None:
    """Replace MiniStack's parts."""
    ministack.create_api_key.wrap(create_key)
    ministack.get_stage.wrap(read_stage)
    ministack.update_usage_plan.wrap(update_plan)
    ministack.check_request_validation.wrap(validation)
    ministack.take_token.replace(take_token)
