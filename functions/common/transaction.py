"""Which JSON values are valid transactions. Pure; no function raises on any JSON value.

Two rules: what readers of the raw archive count (`problem`), and the stricter one that the poller
applies to a source before it publishes (`source_problem`).
"""

import re
from typing import Any

from common.errors import bad_value

FIRST_TIME = 1_231_006_505  # epoch seconds of the first Bitcoin block, 2009-01-03
# Epoch seconds from which times are invalid: the end of a minute, and the event time after it,
# must be before the year 10000, in which ISO times have five digits.
END_OF_TIME = 253_402_300_740
MAX_FEE = 21_000_000 * 100_000_000  # satoshi: all bitcoin that can exist

_HASH = re.compile(r"[0-9a-fA-F]{64}")


def problem(value: object) -> str | None:
    """Return why an archived value is not a valid transaction, None if it is one.

    Types are compared exactly: in JSON, `true`, 5.0 and "5" are not the integer 5.
    """
    if type(value) is not dict:
        return bad_value("transaction", value, "a JSON object")
    fields: dict[str, Any] = value
    name, fee, time = fields.get("hash"), fields.get("fee"), fields.get("time")
    if type(name) is not str:
        return bad_value("hash", name, "a string")
    if type(fee) is not int or not 0 <= fee <= MAX_FEE:
        return bad_value("fee", fee, f"an integer from 0 to {MAX_FEE} (satoshi)")
    if type(time) is not int or not 0 <= time < END_OF_TIME:
        return bad_value("time", time, f"an integer from 0 to {END_OF_TIME - 1} (epoch seconds)")
    return None


def is_valid(value: object) -> bool:
    """Return whether readers of the raw archive count the value."""
    return problem(value) is None


def source_problem(value: object, latest: int) -> str | None:
    """Return why a source's value must not be published, None if it may.

    `latest` is the last time (epoch seconds) that is accepted.
    """
    if not isinstance(value, dict):
        return bad_value("transaction", value, "a JSON object")
    fields: dict[str, Any] = value
    name, fee, time = fields.get("hash"), fields.get("fee"), fields.get("time")
    if not isinstance(name, str) or not _HASH.fullmatch(name):
        return bad_value("hash", name, "64 hex digits")
    if type(time) is not int or not FIRST_TIME <= time <= latest:
        return bad_value("time", time, f"an integer from {FIRST_TIME} to {latest}")
    if type(fee) is not int or not 0 <= fee <= MAX_FEE:
        return bad_value("fee", fee, f"an integer from 0 to {MAX_FEE}")
    return None
