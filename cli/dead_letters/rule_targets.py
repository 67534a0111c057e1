"""What EventBridge would have sent to the target of a rule."""

import json
from typing import Any

from cli.aws import Json


def target_input(events: Any, rule_arn: str, target_arn: str, event: Json) -> str | None:
    """Return the target's input for an event; None if the rule no longer has the target."""
    bus, _, rule = rule_arn.partition(":rule/")[2].rpartition("/")
    try:
        targets = events.list_targets_by_rule(Rule=rule, EventBusName=bus or "default")["Targets"]
    except events.exceptions.ResourceNotFoundException:
        return None
    target = next((target for target in targets if target["Arn"] == target_arn), None)
    if target is None:
        return None
    if "Input" in target:
        return str(target["Input"])
    if "InputPath" in target:
        return json.dumps(_at(event, target["InputPath"]))
    if transformer := target.get("InputTransformer"):
        return _transformed(transformer, event)
    return json.dumps(event)


def _transformed(transformer: Json, event: Json) -> str:
    """Fill the template's placeholders; strings without quotes, as the template has them."""
    text = str(transformer["InputTemplate"])
    for name, path in transformer.get("InputPathsMap", {}).items():
        value = _at(event, path)
        shown = value if isinstance(value, str) else json.dumps(value)
        text = text.replace(f"<{name}>", shown)
    return text


def _at(event: Json, path: str) -> Any:
    value: Any = event
    for part in path.removeprefix("$").split("."):
        if part:
            value = value.get(part) if isinstance(value, dict) else None
    return value
