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

from poller import logs
from poller.health import Health
from poller.metrics import Metrics
from poller.polls import Poll
from poller.publisher import Publisher, UndeliveredError
from poller.run import run
from poller.settings import Settings, SettingsError
from poller.sources import blockchain, replay, simulator

logger = logging.getLogger("poller")

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
        totals = run(opened(settings, stop), publisher, metrics, Health(settings), stop)
    except (SettingsError, replay.SourceError, UndeliveredError) as error:
        logger.error("polling failed", extra={"error": str(error)})  # noqa: TRY400 - expected
        return 1 if isinstance(error, UndeliveredError) else 2
    except Exception:
        logger.exception("polling failed")
        return 1
    logger.info("polling ended", extra={**asdict(totals), "asked_to": stop.is_set()})
    return 0


def opened(settings: Settings, stop: Event) -> Iterator[Poll]:
    """Open the source that the settings name."""
    seconds = settings.poll_seconds
    if settings.source == "blockchain":
        return blockchain.polls(settings.source_url, seconds, stop)
    if settings.source == "replay":
        return replay.polls(settings.source_file, seconds, int(time.time()))
    return simulator.polls(settings, stop)


if __name__ == "__main__":
    sys.exit(main())
