"""Records of the feature store: validation, event times, replacement. Pure."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local import runtime

Values = dict[str, str]

NANOSECONDS = 1_000_000_000
TTL_SECONDS = {"Seconds": 1, "Minutes": 60, "Hours": 3600, "Days": 86_400, "Weeks": 604_800}
RESERVED = frozenset({"is_deleted", "write_time", "api_invocation_time"})
_ISO = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z")
_INTEGRAL = re.compile(r"[+-]?\d{1,19}")


class RecordError(ValueError):
    """A record that does not match its group's definition; the message is AWS's."""


@dataclass(frozen=True, slots=True)
class Definition:
    """The features of a group: types by name, in order."""

    identifier: str
    event_time: str
    types: dict[str, str]


@dataclass(frozen=True, slots=True)
class Record:
    """One version of a record; `values` is None for a deletion."""

    identifier: str
    event_time: int  # nanoseconds since 1970
    values: Values | None
    expires_at: float | None = None  # epoch seconds

    def is_visible(self, now: float) -> bool:
        """Return whether readers see the record: neither deleted nor expired."""
        return self.values is not None and (self.expires_at is None or now < self.expires_at)


def parse(definition: Definition, features: Sequence[Mapping[str, Any]]) -> Values:
    """Validate the features of a PutRecord -> values by name; raises RecordError."""
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
        valid = bool(_INTEGRAL.fullmatch(value)) and -(2**63) <= int(value) < 2**63
    else:
        valid = kind != "Fractional" or _is_finite(value)
    if not valid:
        raise RecordError(
            f"Validation Error: Value '{value}' of feature '{name}' does not match "
            f"its FeatureType {kind}."
        )


def _is_finite(value: str) -> bool:
    try:
        return math.isfinite(float(value))
    except ValueError:
        return False


def event_nanoseconds(definition: Definition, text: str) -> int:
    """Parse an event time (String: ISO 8601 in UTC, Fractional: epoch seconds) -> nanoseconds."""
    if definition.types[definition.event_time] != "String":
        if not _is_finite(text):
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
    except ValueError:  # e.g. February 30
        return None


def expiry(event_time: int, duration: Mapping[str, Any] | None) -> float | None:
    """Return when a record expires (epoch seconds): event time plus time to live."""
    if not duration:
        return None
    return event_time / NANOSECONDS + int(duration["Value"]) * TTL_SECONDS[duration["Unit"]]


def replaces(new: Record, stored: Record | None) -> bool:
    """Return whether a record replaces the online one: only with a later event time.

    Other records are written to the offline store only.
    """
    return stored is None or new.event_time > stored.event_time


def format_record(
    definition: Definition, record: Record, names: Sequence[str] | None, expiration: str | None
) -> dict[str, Any]:
    """Format a record for a response, by default with all features of the definition."""
    if unknown := sorted(set(names or ()) - set(definition.types)):
        raise RecordError(f"Validation Error: FeatureNames {unknown} do not exist.")
    values = record.values or {}
    formatted: dict[str, Any] = {
        "Record": [
            {"FeatureName": name, "ValueAsString": values[name]}
            for name in (names or definition.types)
            if name in values
        ]
    }
    if expiration == "Enabled" and record.expires_at is not None:
        formatted["ExpiresAt"] = runtime.iso(record.expires_at)
    return formatted
