"""Aliases with weights: which version gets the next request, and the metrics by alias.

MiniStack stores the weights, but sends every request to the first version of the alias.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from local import ministack
from local.turns import WeightedTurns

NAMESPACE = "AWS/Lambda"

_invoked: ContextVar[str | None] = ContextVar("_invoked", default=None)  # alias of the request
_turns: dict[tuple[str, str], WeightedTurns] = {}  # by function and alias
_lock = threading.Lock()


def weights(alias: dict[str, Any]) -> dict[str, float]:
    """Return the share of each version of an alias."""
    more = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    return {str(alias["FunctionVersion"]): 1 - sum(more.values()), **more}


def chosen(name: str, qualifier: str) -> str:
    """Return the version that the next request to an alias gets; any other qualifier as it is."""
    function = ministack.functions.get(name) or {}
    alias = function.get("aliases", {}).get(qualifier)
    if alias is None:
        return qualifier
    with _lock:
        turns = _turns.setdefault((name, qualifier), WeightedTurns())
        return turns.next(weights(alias))


@contextmanager
def invoked(qualifier: str | None) -> Iterator[None]:
    """Count the invocations of this context for an alias."""
    token = _invoked.set(qualifier)
    try:
        yield
    finally:
        _invoked.reset(token)


def emit_metrics(name: str, version: str, *, error: bool) -> None:
    """Store the invocations and errors by alias, and by alias and version."""
    alias = _invoked.get()
    if alias is None:
        return
    by_alias = {"FunctionName": name, "Resource": f"{name}:{alias}"}
    for dimensions in (by_alias, {**by_alias, "ExecutedVersion": version}):
        ministack.record_metric(NAMESPACE, "Invocations", 1.0, "Count", dimensions)
        ministack.record_metric(NAMESPACE, "Errors", float(error), "Count", dimensions)


def _invoke(call: Any) -> Any:
    async def routed(
        name: str,
        event: Any,
        headers: dict[str, Any],
        path_qualifier: str | None = None,
        query_params: dict[str, Any] | None = None,
    ) -> Any:
        query = dict(query_params or {})
        given = query.pop("Qualifier", None)
        qualifier = path_qualifier or (given[0] if isinstance(given, list) else given)
        if not qualifier:
            return await call(name, event, headers, path_qualifier, query_params)
        version = chosen(name, qualifier)
        with invoked(qualifier if version != qualifier else None):
            return await call(name, event, headers, version, query)

    return routed


def _call_raw(call: Any) -> Any:
    async def routed(reference: str, event: Any, **more: Any) -> Any:
        base, qualifier = split(reference)
        if qualifier is None:
            return await call(reference, event, **more)
        version = chosen(base.rpartition(":")[2], qualifier)
        with invoked(qualifier if version != qualifier else None):
            return await call(f"{base}:{version}", event, **more)

    return routed


def split(arn: str) -> tuple[str, str | None]:
    """Return the ARN of a function without its qualifier, and the qualifier."""
    parts = arn.split(":")
    qualified = len(parts) == 8
    return (":".join(parts[:7]), parts[7]) if qualified else (arn, None)


def install() -> None:
    """Route the requests of clients and of REST APIs."""
    ministack.invoke_function.wrap(_invoke)
    ministack.call_function.wrap(_call_raw)
