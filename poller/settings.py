"""What the environment tells the poller, checked once at the start."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

SOURCES = ("blockchain", "replay", "simulator")
SOURCE_URL = "https://blockchain.info/unconfirmed-transactions?format=json"


class SettingsError(ValueError):
    """A setting is missing or wrong; says which, what it is and what it may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The poller's settings. An empty variable counts as unset."""

    event_bus_name: str
    metric_namespace: str
    source: str
    poll_seconds: int = 10
    source_url: str = SOURCE_URL
    source_file: str = ""  # a path or s3:// URI; replay needs it
    simulator_seed: str = "0"
    simulator_start: int | None = None  # epoch seconds; None: now, and then as time goes by
    simulator_hours: float | None = None  # None: endless
    simulator_rate: float = 6.0  # transactions per second
    simulator_regime_change_hours: float | None = None  # None: never
    health_file: str | None = None
    health_port: int | None = None

    @classmethod
    def from_env(cls, environment: Mapping[str, str]) -> "Settings":
        """Read and check all settings; raise SettingsError naming the first bad one."""
        given = _Given(environment)
        source = given.text("SOURCE")
        if source not in SOURCES:
            raise SettingsError(f"SOURCE must be one of {', '.join(SOURCES)}, not {source!r}")
        return cls(
            event_bus_name=given.text("EVENT_BUS_NAME"),
            metric_namespace=given.text("METRIC_NAMESPACE"),
            source=source,
            poll_seconds=int(given.number("POLL_SECONDS", 10, 1, 3600, whole=True)),
            source_url=given.get("SOURCE_URL") or SOURCE_URL,
            source_file=given.text("SOURCE_FILE") if source == "replay" else "",
            simulator_seed=given.get("SIMULATOR_SEED") or "0",
            simulator_start=given.time("SIMULATOR_START"),
            simulator_hours=given.optional("SIMULATOR_HOURS", 0.01, 1e6),
            simulator_rate=given.number("SIMULATOR_RATE", 6, 0.01, 900),
            simulator_regime_change_hours=given.optional("SIMULATOR_REGIME_CHANGE_HOURS", 0, 1e6),
            health_file=given.get("HEALTH_FILE"),
            health_port=given.port("HEALTH_PORT"),
        )


class _Given:
    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def get(self, name: str) -> str | None:
        return self._environment.get(name, "").strip() or None

    def text(self, name: str) -> str:
        if value := self.get(name):
            return value
        raise SettingsError(f"{name} is required")

    def number(
        self, name: str, default: float, low: float, high: float, *, whole: bool = False
    ) -> float:
        text = self.get(name)
        if text is None:
            return default
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if low <= value <= high and (value.is_integer() or not whole):
            return value
        kind = "an integer" if whole else "a number"
        raise SettingsError(f"{name} must be {kind} from {low:g} to {high:g}, not {text!r}")

    def optional(self, name: str, low: float, high: float) -> float | None:
        return self.number(name, low, low, high) if self.get(name) else None

    def port(self, name: str) -> int | None:
        return int(self.number(name, 0, 1, 65535, whole=True)) or None

    def time(self, name: str) -> int | None:
        text = self.get(name)
        if text is None:
            return None
        try:
            time = datetime.fromisoformat(text)
        except ValueError:
            raise SettingsError(f"{name} must be an ISO time, not {text!r}") from None
        return int((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp())
