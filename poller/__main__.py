"""`python -m poller`: settings from the environment -> events on the bus.

Runs until the source ends or SIGTERM or SIGINT arrives.
"""

import logging
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from threading import Event

import boto3
from aws_lambda_powertools import Logger
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ProfileNotFound

from common.aws_session import profile, session
from common.config import SettingsError
from poller.backfill.archived_hashes import archived_hashes
from poller.backfill.blockchain_history import BlockchainHistory
from poller.backfill.http_history import HttpHistory
from poller.backfill.interleave import interleave
from poller.config import Mapping, Settings
from poller.deduplication import Deduplication
from poller.health import Health
from poller.loop import run
from poller.metrics import Metrics
from poller.poll import Poll
from poller.publisher import ForbiddenError, Publisher, UndeliveredError
from poller.simulator import stream
from poller.sources import blockchain, http_list, mempool, replay, websocket
from poller.sources.format import Format
from poller.sources.http_client import HttpClient
from poller.sources.mapping import mapped_format

logger = logging.getLogger("poller")

HOUR = 3600
UNDELIVERED = (ForbiddenError, UndeliveredError)

# The publisher retries by itself; a busy bus may take most of a minute to respond.
CONFIG = Config(connect_timeout=5, read_timeout=60, retries={"total_max_attempts": 1})


def main() -> int:
    """Return the exit code: 0 if everything was delivered, otherwise a log line has the cause.

    2 if the settings or the source file cannot be used, 1 for any other failure.
    """
    configure_logging()
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        settings = Settings.from_env()
        boto3.setup_default_session(profile_name=profile(), region_name=find_region())
        publisher = Publisher(boto3.client("events", config=CONFIG), settings.event_bus_name, stop)
        logger.info("polling started", extra={"source": settings.source})
        totals = run(
            open_source(settings, stop),
            open_deduplication(settings, stop),
            publisher,
            Metrics(settings.metric_namespace),
            Health(settings),
            stop,
        )
        stopped = stop.is_set()
    except (SettingsError, replay.SourceError, *UNDELIVERED) as error:
        logger.error("polling failed", extra={"error": str(error)})  # noqa: TRY400 - expected
        return 1 if isinstance(error, UNDELIVERED) else 2
    except Exception:
        logger.exception("polling failed")
        return 1
    finally:
        stop.set()  # ends the threads of sources
    logger.info("polling ended", extra={**asdict(totals), "stopped": stopped})
    return 0


def configure_logging() -> None:
    """Write JSON lines to stderr: our messages from INFO, those of libraries from WARNING."""
    handler = Logger("poller", "INFO", stream=sys.stderr, utc=True, use_rfc3339=True).handlers[0]
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logger.propagate = False


def find_region() -> str:
    """Return the region of the environment or the profile; SettingsError without one."""
    try:
        region = session().region_name
    except ProfileNotFound as error:
        raise SettingsError(f"AWS_PROFILE: {error}") from None
    if not region:
        raise SettingsError("AWS_REGION: got nothing, expected a region such as eu-west-1")
    return region


def open_source(settings: Settings, stop: Event) -> Iterator[Poll]:
    """Open the source; with a backfill, parts of its history come between the polls."""
    seconds = settings.poll_seconds
    if settings.source == "replay":
        return replay.polls(settings.source_file or "", seconds, int(time.time()), stop)
    if settings.source == "simulator":
        return stream.polls(settings.simulator, seconds, stop)
    url, history_url = settings.source_url or "", settings.backfill_url or ""
    is_websocket = url.startswith("ws")
    form = source_format(settings.source, settings.mapping, is_websocket=is_websocket)
    read = websocket.polls if is_websocket else http_list.polls
    live = read(url, form, seconds, stop)
    if not settings.backfill_hours:
        return live
    since = int(time.time() - settings.backfill_hours * HOUR)
    if settings.source == "blockchain":
        return interleave(live, BlockchainHistory(HttpClient(stop), history_url, since))
    return interleave(live, HttpHistory(HttpClient(stop), history_url, form, since))


def source_format(source: str, mapping: Mapping | None, *, is_websocket: bool) -> Format:
    """Return the format of a live source."""
    if mapping:
        return mapped_format(mapping)
    if source == "mempool":
        return mempool.MESSAGES if is_websocket else mempool.LIST
    return blockchain.MESSAGES if is_websocket else blockchain.LIST


def open_deduplication(settings: Settings, stop: Event) -> Deduplication:
    """Return the deduplication, with the archived hashes of the hours to backfill."""
    deduplication = Deduplication()
    if settings.backfill_archive:
        now = int(time.time())
        since = int(now - settings.backfill_hours * HOUR)
        try:
            deduplication.add(archived_hashes(settings.backfill_archive, since, now, stop))
        except (BotoCoreError, ClientError) as error:
            # Live polls matter more: archived transactions are published again.
            logger.error("archive not read", extra={"error": str(error)})  # noqa: TRY400 - expected
    return deduplication


if __name__ == "__main__":
    sys.exit(main())
