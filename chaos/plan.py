"""The faults of a campaign, derived from a run without faults."""

import random
from collections.abc import Sequence
from typing import Any

Fault = dict[str, Any]

# Every caller and action meets each of them once in as many seeds as there are kinds.
KINDS = {
    "refused": {"status": 500},
    "throttled": {"status": 503},
    "answer lost": {"status": 500, "after": True},
    "killed": {"kill": True, "status": 500},
}
# Their requests are AWS's own, which repeats them; the operator is the observer of the run.
SERVICES = ("events-to-firehose", "firehose", "minutes-store", "model", "operator")
JOBS = ("compaction", "training")
BEYOND_RETRIES = 8  # the SDK tries five times: the invocation fails
WITHIN_RETRIES = 2
MAX_LATE_SECONDS = 240


def pairs(report: dict[str, Any], prefix: str) -> list[tuple[str, str, int]]:
    """Return caller, action and number of requests of a run, without AWS's own callers."""
    return [
        (request["role"], request["action"], request["times"])
        for request in report["iam"]["requests"]
        if request["role"].removeprefix(f"{prefix}-") not in SERVICES
    ]


def faults(
    seen: Sequence[tuple[str, str, int]], rules: Sequence[str], endpoints: Sequence[str], seed: int
) -> list[Fault]:
    """Return one fault for every caller and action, and faults of deliveries and endpoints.

    The seed decides kinds and places: seeds 0 to 3 together cover every kind.
    """
    dice = random.Random(seed)  # noqa: S311 - a reproducible plan
    found = [_request_fault(*pair, number, seed, dice) for number, pair in enumerate(seen)]
    for rule in rules:
        for twice in (True, False):
            late = {"seconds": dice.uniform(1, MAX_LATE_SECONDS), "skip": dice.randrange(3)}
            found.append({"service": "delivery", "operation": f"^{rule}$", "after": twice, **late})
    crash = {"service": "endpoint", "kill": True}
    found += [{**crash, "operation": f"^{name}$", "skip": dice.randrange(4)} for name in endpoints]
    return found


def mild_faults(roles: Sequence[str], prefix: str, seed: int) -> list[Fault]:
    """Return a fault for each caller, which it meets once with every action.

    The SDK repeats such requests: the loop goes on as without faults.
    """
    dice = random.Random(seed)  # noqa: S311 - a reproducible plan
    kinds = [fault for fault in KINDS.values() if "kill" not in fault]
    return [
        {"caller": role, "each_action": True, "skip": dice.randrange(2), **dice.choice(kinds)}
        for role in roles
        if role.removeprefix(f"{prefix}-") not in SERVICES
    ]


def kind(fault: Fault) -> str:
    """Return the kind of a fault."""
    if fault.get("service") == "delivery":
        return "delivered twice" if fault["after"] else "delivered late"
    if fault.get("service") == "endpoint":
        return "endpoint killed"
    fields = {key: fault[key] for key in ("status", "after", "kill") if fault.get(key)}
    return next(name for name, wanted in KINDS.items() if wanted == fields)


def _request_fault(
    caller: str, action: str, times: int, number: int, seed: int, dice: random.Random
) -> Fault:
    chosen = list(KINDS)[(number + seed) % len(KINDS)]
    repeated = WITHIN_RETRIES if caller.endswith(JOBS) else dice.choice([1, BEYOND_RETRIES])
    return {
        "caller": caller,
        "action": action,
        **KINDS[chosen],
        # Not the first request: there is something to lose.
        "skip": dice.randrange(max(1, times // 2)),
        "times": 1 if chosen == "killed" else repeated,
    }
