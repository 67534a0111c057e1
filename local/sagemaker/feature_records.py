"""What a feature store record must look like, and when it replaces another one. Pure."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Values = dict[str, str]

NANOSECONDS = 1_000_000_000
TTL_SECONDS = {"Seconds": 1, "Minutes": 60, "Hours": 3600, "Days": 86_400, "Weeks": 604_800}
RESERVED = frozenset({"is_deleted", "write_time", "api_invocation_time"})
_ISO = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z")
_INTEGRAL = re.compile(r"[+-]?\d{1,19}")


class RecordError(ValueError):
    """A record that the group's definition does not allow; the text is AWS's message."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A feature group as far as its records depend on it; types by feature name, in order."""

    identifier: str
    event_time: str
    types: dict[str, str]


@dataclass(frozen=True, slots=True)
class Record:
    """One version of one record; without values it marks a deletion."""

    identifier: str
    event_time: int  # nanoseconds since 1970
    values: Values | None
    expires_at: float | None = None  # epoch seconds

    def alive(self, now: float) -> bool:
        """Whether a reader gets it."""
        return self.values is not None and (self.expires_at is None or now < self.expires_at)


def parse(definition: Definition, features: Sequence[Mapping[str, Any]]) -> Values:
    """Check the features of a PutRecord -> values by name."""
    values: Values = {}
    for feature in features:
        name, value = feature.get("FeatureName"), feature.get("ValueAsString")
        if name not in definition.types:
            raise RecordError(
                f"Validation Error: FeatureName '{name}' does not exist in the FeatureGroup."
            )
        if name in values:
            raise RecordError(f"Validation Error: Duplicate FeatureName '{name}' in the Record.")
        if not isinstance(value, str):
            raise RecordError(f"Validation Error: ValueAsString of '{name}' is required.")
        _check_type(name, value, definition.types[name])
        values[name] = value
    for name in (definition.identifier, definition.event_time):
        if not values.get(name):
            raise RecordError(f"Validation Error: Missing required feature '{name}'.")
    return values


def _check_type(name: str, value: str, kind: str) -> None:
    if kind == "Integral":
        good = bool(_INTEGRAL.fullmatch(value)) and -(2**63) <= int(value) < 2**63
    elif kind == "Fractional":
        good = _finite(value)
    else:
        good = True
    if not good:
        raise RecordError(
            f"Validation Error: Value '{value}' of feature '{name}' does not match "
            f"its FeatureType {kind}."
        )


def _finite(value: str) -> bool:
    try:
        return math.isfinite(float(value))
    except ValueError:
        return False


def event_nanoseconds(definition: Definition, text: str) -> int:
    """Read an event time exactly: String is ISO 8601 in UTC, Fractional is Unix seconds."""
    if definition.types[definition.event_time] != "String":
        if not _finite(text):
            raise RecordError(f"Validation Error: Event time '{text}' is not a number of seconds.")
        return round(float(text) * 1_000_000) * 1000
    found = _ISO.fullmatch(text)
    whole = _utc(found[1]) if found else None
    if found is None or whole is None:
        raise RecordError(
            f"Validation Error: Event time '{text}' does not match the supported formats "
            "yyyy-MM-dd'T'HH:mm:ssZ and yyyy-MM-dd'T'HH:mm:ss.SSSSSSSSSZ."
        )
    return int(whole.timestamp()) * NANOSECONDS + int((found[2] or "").ljust(9, "0"))


def _utc(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:  # the 30th of February
        return None


def expiry(event_time: int, duration: Mapping[str, Any] | None) -> float | None:
    """Return when a record expires: its event time plus the time to live."""
    if not duration:
        return None
    return event_time / NANOSECONDS + int(duration["Value"]) * TTL_SECONDS[duration["Unit"]]


def replaces(new: Record, stored: Record | None) -> bool:
    """Whether the online store takes a record: only with a later event time than the stored one.

    An older or equal one is historic: it goes to the offline store alone.
    """
    return stored is None or new.event_time > stored.event_time


def shown_record(
    definition: Definition, record: Record, names: Sequence[str] | None, expiration: str | None
) -> dict[str, Any]:
    """Write a record as the API does, its features in the order asked for or of the definition."""
    if unknown := sorted(set(names or ()) - set(definition.types)):
        raise RecordError(f"Validation Error: FeatureNames {unknown} do not exist.")
    values = record.values or {}
    shown: dict[str, Any] = {
        "Record": [
            {"FeatureName": name, "ValueAsString": values[name]}
            for name in (names or definition.types)
            if name in values
        ]
    }
    if expiration == "Enabled" and record.expires_at is not None:
        expires = datetime.fromtimestamp(record.expires_at, UTC)
        shown["ExpiresAt"] = expires.strftime("%Y-%m-%dT%H:%M:%SZ")
    return shown
