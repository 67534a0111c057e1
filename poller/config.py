"""Settings from environment variables, read and checked once at the start.

An empty variable counts as unset.
"""

from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, field_validator
from pydantic import ValidationInfo as Info
from pydantic_settings import BaseSettings, SettingsConfigDict

from common.config import SettingsError, describe
from poller.setting_types import HTTP, WEBSOCKET, JsonPointer, StreamName, Text, Time, check_url

SINCE = "{since}"  # in BACKFILL_URL of the source http; replaced by the time
MAX_BACKFILL_HOURS = 48  # about 300 blocks, 3 GB; the deduplication remembers about as much
URLS = {
    "blockchain": "https://blockchain.info/unconfirmed-transactions?format=json",
    "mempool": "wss://mempool.space/api/v1/ws",
}
HISTORY_URL = "https://blockchain.info"
SECRET = frozenset({"BACKFILL_URL", "SOURCE_URL"})  # may contain a key


class _Settings(BaseSettings):
    """Base of all models; a variable is the field in capitals, after the prefix of its model."""

    model_config = SettingsConfigDict(
        alias_generator=str.upper,
        env_ignore_empty=True,
        frozen=True,
        populate_by_name=True,
        str_strip_whitespace=True,
    )


class Mapping(_Settings):
    """Where key, time and value of an item are; places are JSON pointers (RFC 6901)."""

    model_config = SettingsConfigDict(alias_generator=lambda name: f"SOURCE_{name}".upper())

    name: StreamName
    items: JsonPointer = ""  # the list in the response; by default the response itself
    key: Annotated[JsonPointer, Field(min_length=1)]  # in an item: a string or integer
    time: JsonPointer | None = None  # in an item; None: the time of the poll
    time_unit: Literal["s", "ms", "iso"] = "s"
    value: Annotated[JsonPointer, Field(min_length=1)]  # in an item: a number
    scale: Decimal = Field(Decimal(1), ge=Decimal("1e-12"), le=Decimal("1e12"))


class Simulator(_Settings):
    """The simulated stream; the same seed produces the same bytes."""

    model_config = SettingsConfigDict(alias_generator=lambda name: f"SIMULATOR_{name}".upper())

    seed: str = "0"
    start: Time | None = None  # None: now, in real time
    hours: Annotated[float, Field(ge=0.01, le=1e6)] | None = None  # None: endless
    rate: Annotated[float, Field(ge=0.01, le=900)] = 6.0  # transactions per second
    regime_change_hours: Annotated[float, Field(ge=0, le=1e6)] | None = None  # None: never


class Settings(_Settings):
    """All settings of the poller."""

    event_bus_name: Text
    metric_namespace: Text
    source: Literal["blockchain", "http", "mempool", "replay", "simulator"]
    poll_seconds: int = Field(10, ge=1, le=3600)
    source_url: str | None = None
    source_file: str | None = None  # path or s3:// URI
    backfill_hours: float = Field(0, ge=0, le=MAX_BACKFILL_HOURS)
    backfill_url: str | None = None
    backfill_archive: str | None = None  # s3:// URI of what was published before
    health_file: str | None = None
    health_port: int | None = Field(None, ge=1, le=65535)
    mapping: Mapping | None = None
    simulator: Simulator = Field(default_factory=Simulator)

    @classmethod
    def from_env(cls) -> Self:
        """Read and check all settings; raises SettingsError."""
        try:
            return cls()  # type: ignore[call-arg]
        except ValidationError as error:
            raise SettingsError(
                describe(error, lambda name: name.rpartition(".")[2].upper(), SECRET)
            ) from None

    @field_validator("source_url")
    @classmethod
    def _check_source_url(cls, url: str | None, info: Info) -> str | None:
        source = info.data.get("source")
        if source == "http":
            return check_url(url, HTTP)
        return check_url(url or URLS[source], HTTP + WEBSOCKET) if source in URLS else None

    @field_validator("source_file")
    @classmethod
    def _check_source_file(cls, file: str | None, info: Info) -> str | None:
        if info.data.get("source") == "replay" and not file:
            raise ValueError("a path or s3:// URI")
        return file

    @field_validator("backfill_hours")
    @classmethod
    def _check_backfill_hours(cls, hours: float, info: Info) -> float:
        source = info.data.get("source")
        if hours and source == "mempool":
            raise ValueError("0, because the source mempool has no history")
        # Recorded and simulated streams have no outages; settings of a live one may remain.
        return 0 if source in ("replay", "simulator") else hours

    @field_validator("backfill_url")
    @classmethod
    def _check_backfill_url(cls, url: str | None, info: Info) -> str | None:
        if not info.data.get("backfill_hours"):
            return None
        if info.data.get("source") == "blockchain":
            return check_url(url or HISTORY_URL, HTTP)
        if SINCE not in check_url(url, HTTP):
            raise ValueError(f"a URL with {SINCE} in the place of the time")
        return url

    @field_validator("backfill_archive")
    @classmethod
    def _check_backfill_archive(cls, uri: str | None, info: Info) -> str | None:
        return check_url(uri, ("s3",)) if uri and info.data.get("backfill_hours") else None

    @field_validator("mapping", mode="before")
    @classmethod
    def _read_mapping(cls, mapping: Any, info: Info) -> Any:
        return (mapping or Mapping()) if info.data.get("source") == "http" else None  # type: ignore[call-arg]
