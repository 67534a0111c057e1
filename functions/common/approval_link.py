"""Links in approval mails: signed per request, expiring. Pure.

Each pending approval has a key of its own, which is stored with it and deleted by the decision: a
link is void once somebody has decided, or a newer request of the version has replaced its key.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

LIFETIME = timedelta(hours=72)  # the deployment waits for seven days
STAGE = "production"


class LinkError(ValueError):
    """The link decides nothing; the text says why."""


@dataclass(frozen=True, slots=True)
class Link:
    """What a link names: the approval, and when the link expires (epoch seconds)."""

    stage: str
    version: int
    expires: int

    @classmethod
    def of_request(cls, stage: str, version: int, requested_at: datetime) -> "Link":
        """Return the link of a request."""
        return cls(stage, version, int((requested_at + LIFETIME).timestamp()))

    def token(self, key: str) -> str:
        """Return the text of the link, signed by the key of its approval."""
        return f"{self._content}.{_sign(self._content, key)}"

    @property
    def _content(self) -> str:
        return f"{self.stage}.{self.version}.{self.expires}"


def parse(token: str) -> Link:
    """Return what a token names, which is still to be verified; raises LinkError."""
    parts = token.split(".")
    if len(parts) != 4 or parts[0] != STAGE or not _numbers(parts[1:3]):
        raise LinkError("This is no approval link, or only a part of one.")
    return Link(STAGE, int(parts[1]), int(parts[2]))


def verify(token: str, key: str, now: datetime) -> None:
    """Require a token of this key that has not expired; raises LinkError."""
    link = parse(token)
    if not hmac.compare_digest(token.encode(), link.token(key).encode()):
        raise LinkError("This link was changed, or a newer mail has replaced it.")
    if now.timestamp() >= link.expires:
        raise LinkError("This link has expired.")


def _numbers(texts: list[str]) -> bool:
    # `isdecimal` alone accepts digits of all scripts.
    return all(text.isascii() and text.isdecimal() and len(text) <= 12 for text in texts)


def _sign(content: str, key: str) -> str:
    return hmac.new(key.encode(), content.encode(), hashlib.sha256).hexdigest()
