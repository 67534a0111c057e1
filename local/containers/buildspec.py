"""Buildspecs of CodeBuild, as far as builds here use them; what is not known is refused."""

from dataclasses import dataclass
from typing import Any

import yaml

PHASES = ("install", "pre_build", "build", "post_build")
KNOWN = {"version", "env", "phases"}


class BuildspecError(Exception):
    """CodeBuild would not accept the buildspec, or the local AWS does not run it."""


@dataclass(frozen=True, slots=True)
class Buildspec:
    """Commands by phase, and the variables whose values a build returns."""

    commands: dict[str, list[str]]
    exported: list[str]


def parse(text: str) -> Buildspec:
    """Return the buildspec in a YAML document; raises BuildspecError."""
    try:
        document: Any = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BuildspecError(f"YAML_FILE_ERROR: {error}") from error
    if not isinstance(document, dict) or document.get("version") != 0.2:
        raise BuildspecError("YAML_FILE_ERROR: expected version 0.2")
    if unknown := document.keys() - KNOWN | document.get("phases", {}).keys() - set(PHASES):
        raise BuildspecError(f"the local AWS runs no {', '.join(sorted(unknown))}")
    if set(env := document.get("env", {})) - {"exported-variables"}:
        raise BuildspecError(f"the local AWS knows no env/{', '.join(sorted(env))}")
    commands = {
        name: phase.get("commands", [])
        for name in PHASES
        if (phase := document.get("phases", {}).get(name))
    }
    if not any(commands.values()):
        raise BuildspecError("YAML_FILE_ERROR: expected commands")
    return Buildspec(commands, env.get("exported-variables", []))
