"""What the application properties tell the job.

They are the property groups of Managed Service for Apache Flink, a JSON array of
{"PropertyGroupId", "PropertyMap"}; on a laptop, a file of the same form.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MANAGED = Path("/etc/flink/application_properties.json")
VARIABLE = "APP_PROPERTIES"
REQUIRED = {"filesystem": ("path",), "kinesis": ("stream.arn", "aws.region")}  # by connector
MOST = 90  # minutes or seconds: an interval of SQL has two digits, and more is added to it

Options = Mapping[str, str]


class PropertiesError(ValueError):
    """The properties do not describe a job; says which one and why."""


@dataclass(frozen=True, slots=True)
class Properties:
    """Options of the three tables' connectors, and how long the job waits for a transaction."""

    source: Options
    minutes: Options
    dead_letters: Options
    watermark_delay_seconds: int = 60
    allowed_lateness_minutes: int = 15
    flink: Options | None = None  # configuration of the mini-cluster; not for the managed service


def is_managed() -> bool:
    """Tell whether this is the managed service."""
    return MANAGED.exists()


def load() -> Properties:
    """Read the file of the managed service or, without one, that of APP_PROPERTIES."""
    if is_managed():
        return parse(MANAGED.read_text())
    if not (place := os.environ.get(VARIABLE)):
        raise PropertiesError(f"there is no {MANAGED}, and {VARIABLE} names no file")
    return parse(Path(place).read_text())


def parse(text: str) -> Properties:
    """Read property groups; raises PropertiesError naming the group that cannot be used."""
    groups = {one["PropertyGroupId"]: one["PropertyMap"] for one in json.loads(text)}
    time = groups.get("time", {})
    return Properties(
        source=_table(groups, "source"),
        minutes=_table(groups, "minutes"),
        dead_letters=_table(groups, "dead-letters"),
        watermark_delay_seconds=_whole(time, "watermark.delay.seconds", "60"),
        allowed_lateness_minutes=_whole(time, "allowed.lateness.minutes", "15"),
        flink=groups.get("flink"),
    )


def _table(groups: Mapping[str, Any], name: str) -> Options:
    options: Options = groups.get(name, {})
    connector = options.get("connector", "")
    if connector not in REQUIRED:
        known = ", ".join(sorted(REQUIRED))
        raise PropertiesError(f"{name}: connector is {connector!r}, not one of {known}")
    if missing := [key for key in REQUIRED[connector] if not options.get(key)]:
        raise PropertiesError(f"{name}: {connector} needs {', '.join(missing)}")
    return options


def _whole(group: Options, name: str, default: str) -> int:
    text = group.get(name, default)
    if not text.isdecimal() or int(text) > MOST:
        raise PropertiesError(f"time: {name} is {text!r}, not a whole number up to {MOST}")
    return int(text)
