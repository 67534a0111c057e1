"""How a deployment shifts the requests of an alias: steps of its configuration. Pure.

The names are those of the user guide, "Deployment configurations on an AWS Lambda compute
platform".
"""

import json
import re
from dataclasses import dataclass
from typing import Any

CANARY = re.compile(r"CodeDeployDefault\.LambdaCanary10Percent(5|10|15|30)Minutes")
LINEAR = re.compile(r"CodeDeployDefault\.LambdaLinear10PercentEvery(1|2|3|10)Minutes?")
AT_ONCE = "CodeDeployDefault.LambdaAllAtOnce"


class UnknownConfigurationError(ValueError):
    """CodeDeploy has no Lambda configuration of this name."""


class AppSpecError(ValueError):
    """The AppSpec does not describe the deployment of one function."""


@dataclass(frozen=True, slots=True)
class Step:
    """The share of the requests that the new version gets, and for how many seconds."""

    share: float
    seconds: int


@dataclass(frozen=True, slots=True)
class AppSpec:
    """What is deployed, and the functions that check it."""

    function: str
    alias: str
    current: str
    target: str
    before: str | None
    after: str | None


def steps(configuration: str) -> list[Step]:
    """Return the steps before all requests go to the new version."""
    if configuration == AT_ONCE:
        return []
    if found := CANARY.fullmatch(configuration):
        return [Step(0.1, int(found[1]) * 60)]
    if found := LINEAR.fullmatch(configuration):
        return [Step(tenths / 10, int(found[1]) * 60) for tenths in range(1, 10)]
    raise UnknownConfigurationError(configuration)


def app_spec(revision: dict[str, Any]) -> AppSpec:
    """Return the AppSpec of a revision; raises AppSpecError."""
    try:
        content = json.loads(revision["appSpecContent"]["content"])
        [resource] = content["Resources"]
        [described] = resource.values()
        properties = described["Properties"]
        hooks = {name: value for hook in content.get("Hooks", []) for name, value in hook.items()}
        return AppSpec(
            properties["Name"],
            properties["Alias"],
            str(properties["CurrentVersion"]),
            str(properties["TargetVersion"]),
            hooks.get("BeforeAllowTraffic"),
            hooks.get("AfterAllowTraffic"),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise AppSpecError(f"appSpecContent: {error!r}") from error
