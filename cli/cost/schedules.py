"""How often schedules of EventBridge run, and for how long they let production exist. Pure."""

import re
from collections.abc import Mapping

from common.errors import bad_value

RUNS_PER_DAY = {"minute": 24 * 60, "hour": 24, "day": 1}  # of a schedule with rate 1
# A time of every day, or of every working day.
SIMPLE = re.compile(r"cron\((?P<minute>\d+) (?P<hour>\d+) (?P<days>\* \* \?|\? \* MON-FRI) \*\)")


def runs_per_day(schedule: str) -> float:
    """Return how often a schedule expression of EventBridge runs on a day of every month."""
    if match := re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", schedule):
        return RUNS_PER_DAY[match[2]] / int(match[1])
    if match := re.fullmatch(r"cron\((\S+) (\S+) .+\)", schedule):
        return _values(match[1], 60) * _values(match[2], 24)
    raise ValueError(bad_value("schedule", schedule, "a cron or rate expression"))


def served_share(schedule: Mapping[str, str] | None) -> float:
    """Return the share of the time between start and stop of a schedule, on the same days.

    1 without a schedule, and for one that is less simple: it never costs more.
    """
    if schedule is None:
        return 1.0
    found = [SIMPLE.fullmatch(schedule[name]) for name in ("start", "stop")]
    if not (found[0] and found[1]) or found[0]["days"] != found[1]["days"]:
        return 1.0
    start, stop = (int(match["hour"]) + int(match["minute"]) / 60 for match in found if match)
    if found[0]["days"] == "? * MON-FRI":
        return (stop - start) / 24 * 5 / 7 if stop > start else 1.0
    return (stop - start) % 24 / 24


def _values(field: str, count: int) -> int:
    """Return how many of `count` values a field of a cron expression has."""
    total = 0
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        start = 0 if first == "*" else int(first)
        end = int(last) if last else count - 1 if step or first == "*" else start
        total += len(range(start, end + 1, int(step or 1)))
    return total
