"""Application properties of the job.

They are the property groups of Managed Service for Apache Flink, a JSON array of
{"PropertyGroupId", "PropertyMap"}; on a laptop, a file with the same content.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common.errors import bad_value

MANAGED = Path("/etc/flink/application_properties.json")
VARIABLE = "APP_PROPERTIES"
REQUIRED = {"filesystem": ("path",), "kinesis": ("stream.arn", "aws.region")}  # by connector
MAX_INTERVAL = 90  # minutes or seconds: intervals of SQL have two digits, and more is added

Options = Mapping[str, str]


class PropertiesError(ValueError):
    """The properties do not describe a job."""


@dataclass(frozen=True, slots=True)
class Properties:
    """Connector options of the three tables, and how long the job waits for a transaction."""

    source: Options
    minutes: Options
    dead_letters: Options
    watermark_delay_seconds: int = 60
    allowed_lateness_minutes: int = 15
    flink: Options | None = None  # configuration of the mini-cluster; not for the managed service


def is_managed() -> bool:
    """Return whether this is the managed service."""
    return MANAGED.exists()


def load() -> Properties:
    """Read the file of the managed service or, if there is none, that of APP_PROPERTIES."""
    if is_managed():
        return parse(MANAGED.read_text())
    if not (path := os.environ.get(VARIABLE)):
        raise PropertiesError(bad_value(VARIABLE, path, f"a path, because {MANAGED} is missing"))
    return parse(Path(path).read_text())


def parse(text: str) -> Properties:
    """Parse property groups; raises PropertiesError."""
    groups = {group["PropertyGroupId"]: group["PropertyMap"] for group in json.loads(text)}
    time = groups.get("time", {})
    return Properties(
        source=_table(groups, "source"),
        minutes=_table(groups, "minutes"),
        dead_letters=_table(groups, "dead-letters"),
        watermark_delay_seconds=_interval(time, "watermark.delay.seconds", "60"),
        allowed_lateness_minutes=_interval(time, "allowed.lateness.minutes", "15"),
        flink=groups.get("flink"),
    )


def _table(groups: Mapping[str, Any], name: str) -> Options:
    options: Options = groups.get(name, {})
    connector = options.get("connector", "")
    if connector not in REQUIRED:
        expected = " or ".join(sorted(REQUIRED))
        raise PropertiesError(bad_value(f"{name}.connector", connector, expected))
    for key in REQUIRED[connector]:
        if not options.get(key):
            raise PropertiesError(bad_value(f"{name}.{key}", options.get(key), "a value"))
    return options


def _interval(group: Options, name: str, default: str) -> int:
    text = group.get(name, default)
    if not text.isdecimal() or int(text) > MAX_INTERVAL:
        expected = f"an integer from 0 to {MAX_INTERVAL}"
        raise PropertiesError(bad_value(f"time.{name}", text, expected))
    return int(text)
