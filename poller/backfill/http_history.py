"""The history of a list over HTTP: one response with everything since a time."""

from datetime import UTC, datetime
from math import inf

from common import times
from poller.config import SINCE
from poller.poll import Poll
from poller.sources.format import Format
from poller.sources.http_client import HttpClient
from poller.sources.http_list import fetch_poll


class HttpHistory:
    """All of the history in one part; `since` is in epoch seconds."""

    def __init__(self, client: HttpClient, url: str, form: Format, since: int) -> None:
        self._client = client
        self._url = url.replace(SINCE, times.iso(datetime.fromtimestamp(since, UTC)))
        self._format = form

    def next_part(self, _now: int) -> tuple[Poll | None, float]:
        """Return the only part."""
        return fetch_poll(self._client, self._url, self._format, 0), inf
