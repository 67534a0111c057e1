"""`python -m poller`: settings from the environment -> events on the bus.

Runs until the source ends or SIGTERM or SIGINT comes.
"""

import logging
import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from threading import Event

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from poller import archive, logs
from poller.given import SettingsError
from poller.healing import healed
from poller.health import Health
from poller.metrics import Metrics
from poller.polls import Poll
from poller.publisher import Publisher, UndeliveredError
from poller.run import run
from poller.seen import Seen
from poller.settings import Settings
from poller.sources import blockchain, lists, mempool, replay, simulator, sockets
from poller.sources.blocks import Blocks
from poller.sources.format import Format
from poller.sources.page import Page

logger = logging.getLogger("poller")

HOUR = 3600

# The publisher retries by itself, for ever; a busy bus may take most of a minute to answer.
CONFIG = Config(connect_timeout=5, read_timeout=60, retries={"total_max_attempts": 1})


def main() -> int:
    """Give the exit code: 0 when all is delivered.

    2 if settings or source file cannot be used, 1 for any other failure; a log line says why.
    """
    logs.configure()
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        settings = Settings.from_env(os.environ)
        publisher = Publisher(boto3.client("events", config=CONFIG), settings.event_bus_name, stop)
        metrics = Metrics(settings.metric_namespace, sys.stdout)
        logger.info("polling begins", extra={"source": settings.source})
        totals = run(
            opened(settings, stop),
            remembered(settings),
            publisher,
            metrics,
            Health(settings),
            stop,
        )
    except (SettingsError, replay.SourceError, UndeliveredError) as error:
        logger.error("polling failed", extra={"error": str(error)})  # noqa: TRY400 - expected
        return 1 if isinstance(error, UndeliveredError) else 2
    except Exception:
        logger.exception("polling failed")
        return 1
    logger.info("polling ended", extra={**asdict(totals), "asked_to": stop.is_set()})
    return 0


def opened(settings: Settings, stop: Event) -> Iterator[Poll]:
    """Open the source that the settings name, with its past if it is to be healed."""
    seconds = settings.poll_seconds
    if settings.source == "replay":
        return replay.polls(settings.source_file, seconds, int(time.time()))
    if settings.source == "simulator":
        return simulator.polls(settings, stop)
    url = settings.source_url
    sent = url.startswith("ws")
    form = _format(settings, sent=sent)
    read = sockets.polls if sent else lists.polls
    live = read(url, form, seconds, stop)
    if not settings.heal_hours:
        return live
    since = int(time.time() - settings.heal_hours * HOUR)
    if settings.source == "blockchain":
        return healed(live, Blocks(settings.heal_url, since))
    return healed(live, Page(settings.heal_url, form, since))


def _format(settings: Settings, *, sent: bool) -> Format:
    if settings.mapping:
        return settings.mapping.format()
    if settings.source == "mempool":
        return mempool.MESSAGES if sent else mempool.LIST
    return blockchain.MESSAGES if sent else blockchain.LIST


def remembered(settings: Settings) -> Seen:
    """Know what the archive of the hours to heal holds, so that healing adds what it lacks."""
    seen = Seen()
    if settings.heal_archive:
        now = int(time.time())
        since = int(now - settings.heal_hours * HOUR)
        try:
            seen.remember(archive.hashes(settings.heal_archive, since, now))
        except (BotoCoreError, ClientError) as error:
            # Live polls are worth more: without the archive, what it holds is published again.
            logger.error("archive not read", extra={"error": str(error)})  # noqa: TRY400 - expected
    return seen


if __name__ == "__main__":
    sys.exit(main())
