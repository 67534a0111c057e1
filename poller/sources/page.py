"""The past of a list over HTTP: one page that lists what there was since a time."""

from datetime import UTC, datetime
from math import inf

from poller.polls import Poll
from poller.sources.answers import AnswerError, fetch, session
from poller.sources.format import Format

SINCE = "{since}"  # in the address; the time as 2024-10-10T00:00:00Z


class Page:
    """All of the past in one piece."""

    def __init__(self, url: str, form: Format, since: int) -> None:
        moment = datetime.fromtimestamp(since, UTC)
        self._url = url.replace(SINCE, moment.strftime("%Y-%m-%dT%H:%M:%SZ"))
        self._format = form

    def piece(self, now: int) -> tuple[Poll | None, float]:
        """Give the page; there is nothing more to ask for."""
        with session() as opened:
            answer = fetch(opened, self._url)
        items = self._format.items(answer)
        if items is None:
            raise AnswerError(f"no list where it should be: {ascii(answer)[:100]}")
        return self._format.poll(self._url, items, 0, now), inf
