"""What the environment tells the poller, checked once at the start."""

from collections.abc import Mapping as Environment
from dataclasses import dataclass

from poller.given import Given, SettingsError
from poller.sources import blockchain, mempool
from poller.sources.mapped import TIME_UNITS, Mapping
from poller.sources.page import SINCE

SOURCES = ("blockchain", "http", "mempool", "replay", "simulator")
URLS = {"blockchain": blockchain.URL, "mempool": mempool.URL}
HTTP, WEB_SOCKET = ("http", "https"), ("ws", "wss")
MOST_HEAL_HOURS = 48  # some 300 blocks, 3 GB; about as much as the poller remembers


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The poller's settings. An empty variable counts as unset."""

    event_bus_name: str
    metric_namespace: str
    source: str
    poll_seconds: int = 10
    source_url: str = ""  # of blockchain, mempool and http
    source_file: str = ""  # a path or s3:// URI; replay needs it
    mapping: Mapping | None = None  # http needs it
    heal_hours: float = 0  # how far back the past is asked for; 0: not
    heal_url: str = ""  # where
    heal_archive: str | None = None  # s3:// URI of what was published before
    simulator_seed: str = "0"
    simulator_start: int | None = None  # epoch seconds; None: now, and then as time goes by
    simulator_hours: float | None = None  # None: endless
    simulator_rate: float = 6.0  # transactions per second
    simulator_regime_change_hours: float | None = None  # None: never
    health_file: str | None = None
    health_port: int | None = None

    @classmethod
    def from_env(cls, environment: Environment[str, str]) -> "Settings":
        """Read and check all settings; raise SettingsError naming the first bad one."""
        given = Given(environment)
        source = given.choice("SOURCE", SOURCES)
        # A replay may run with the settings of a live poller; it has no outages.
        live = source not in ("replay", "simulator")
        heal_hours = given.number("HEAL_HOURS", 0, 0, MOST_HEAL_HOURS) if live else 0
        return cls(
            event_bus_name=given.text("EVENT_BUS_NAME"),
            metric_namespace=given.text("METRIC_NAMESPACE"),
            source=source,
            poll_seconds=int(given.number("POLL_SECONDS", 10, 1, 3600, whole=True)),
            source_url=_source_url(given, source),
            source_file=given.text("SOURCE_FILE") if source == "replay" else "",
            mapping=_mapping(given) if source == "http" else None,
            heal_hours=heal_hours,
            heal_url=_heal_url(given, source) if heal_hours else "",
            heal_archive=_archive(given) if heal_hours else None,
            simulator_seed=given.get("SIMULATOR_SEED") or "0",
            simulator_start=given.time("SIMULATOR_START"),
            simulator_hours=given.optional("SIMULATOR_HOURS", 0.01, 1e6),
            simulator_rate=given.number("SIMULATOR_RATE", 6, 0.01, 900),
            simulator_regime_change_hours=given.optional("SIMULATOR_REGIME_CHANGE_HOURS", 0, 1e6),
            health_file=given.get("HEALTH_FILE"),
            health_port=given.port("HEALTH_PORT"),
        )


def _source_url(given: Given, source: str) -> str:
    if source == "http":
        return given.address("SOURCE_URL", HTTP)
    return (
        given.address("SOURCE_URL", (*HTTP, *WEB_SOCKET), URLS[source]) if source in URLS else ""
    )


def _mapping(given: Given) -> Mapping:
    return Mapping(
        name=given.name("SOURCE_NAME"),
        items=given.pointer("SOURCE_ITEMS", ""),
        key=given.pointer("SOURCE_KEY"),
        time=given.pointer("SOURCE_TIME", "") or None,
        time_unit=given.choice("SOURCE_TIME_UNIT", TIME_UNITS, "s"),
        value=given.pointer("SOURCE_VALUE"),
        scale=given.scale("SOURCE_SCALE"),
    )


def _archive(given: Given) -> str | None:
    return given.address("HEAL_ARCHIVE", ("s3",)) if given.get("HEAL_ARCHIVE") else None


def _heal_url(given: Given, source: str) -> str:
    if source == "blockchain":
        return given.address("HEAL_URL", HTTP, blockchain.CHAIN_URL)
    if source != "http":
        raise SettingsError(f"HEAL_HOURS must be 0: the source {source} does not serve the past")
    url = given.address("HEAL_URL", HTTP)
    if SINCE not in url:
        raise SettingsError(f"HEAL_URL must hold {SINCE}, where the time goes, not {url!r}")
    return url
