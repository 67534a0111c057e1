"""What a deployment of a version asks of CodeDeploy. Pure."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def description(version: str) -> str:
    """Return the description of the deployment, by which a repeated request finds it."""
    return f"version {version}"


def revision(
    function_name: str, alias: str, current: str, target: str, hooks: Mapping[str, str]
) -> dict[str, Any]:
    """Return the revision; `hooks` are functions by lifecycle event."""
    properties = {
        "Name": function_name,
        "Alias": alias,
        "CurrentVersion": current,
        "TargetVersion": target,
    }
    content = json.dumps(
        {
            "version": 0.0,
            "Resources": [
                {"function": {"Type": "AWS::Lambda::Function", "Properties": properties}}
            ],
            "Hooks": [{event: name} for event, name in hooks.items()],
        }
    )
    digest = hashlib.sha256(content.encode()).hexdigest()
    return {
        "revisionType": "AppSpecContent",
        "appSpecContent": {"content": content, "sha256": digest},
    }
