"""Environment variables, read one by one; each refusal names the variable and what it may be."""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from urllib.parse import urlsplit


class SettingsError(ValueError):
    """A setting is missing or wrong; says which, what it is and what it may be."""


class Given:
    """What was given. An empty variable counts as unset."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def get(self, name: str) -> str | None:
        """Give a text; None if unset."""
        return self._environment.get(name, "").strip() or None

    def text(self, name: str) -> str:
        """Give a text that is required."""
        if value := self.get(name):
            return value
        raise SettingsError(f"{name} is required")

    def choice(self, name: str, options: Sequence[str], default: str | None = None) -> str:
        """Give one of some texts; without a default it is required."""
        text = self.get(name) or default or self.text(name)
        if text not in options:
            raise SettingsError(f"{name} must be one of {', '.join(options)}, not {text!r}")
        return text

    def number(
        self, name: str, default: float, low: float, high: float, *, whole: bool = False
    ) -> float:
        """Give a number within bounds."""
        text = self.get(name)
        if text is None:
            return default
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if low <= value <= high and (value.is_integer() or not whole):
            return value
        kind = "an integer" if whole else "a number"
        raise SettingsError(f"{name} must be {kind} from {low:g} to {high:g}, not {text!r}")

    def optional(self, name: str, low: float, high: float) -> float | None:
        """Give a number within bounds; None if unset."""
        return self.number(name, low, low, high) if self.get(name) else None

    def port(self, name: str) -> int | None:
        """Give a TCP port; None if unset."""
        return int(self.number(name, 0, 1, 65535, whole=True)) or None

    def scale(self, name: str) -> Decimal:
        """Give a positive factor exactly as it is written; 1 if unset."""
        text = self.get(name) or "1"
        try:
            value = Decimal(text)
        except InvalidOperation:
            value = Decimal("nan")
        if value.is_finite() and Decimal("1e-12") <= value <= Decimal("1e12"):
            return value
        raise SettingsError(f"{name} must be a number from 1e-12 to 1e12, not {text!r}")

    def time(self, name: str) -> int | None:
        """Give a time in epoch seconds; None if unset."""
        text = self.get(name)
        if text is None:
            return None
        try:
            time = datetime.fromisoformat(text)
        except ValueError:
            raise SettingsError(f"{name} must be an ISO time, not {text!r}") from None
        return int((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp())

    def address(self, name: str, schemes: Sequence[str], default: str | None = None) -> str:
        """Give a URL with one of some schemes; without a default it is required."""
        text = self.get(name) or default or self.text(name)
        try:
            parts = urlsplit(text)
            usable = parts.scheme in schemes and parts.hostname and parts.port != 0
        except ValueError:  # such as a port that is no number
            usable = False
        if usable and not re.search(r"\s", text):
            return text
        kinds = " or ".join(f"{scheme}://…" for scheme in schemes)
        raise SettingsError(f"{name} must be an address like {kinds}, not {text!r}")

    def pointer(self, name: str, default: str | None = None) -> str:
        """Give a JSON pointer; without a default it is required."""
        text = self.get(name) or default
        if text is None:
            text = self.text(name)
        if text and not text.startswith("/"):
            raise SettingsError(f"{name} must be a JSON pointer like /a/b, not {text!r}")
        return text

    def name(self, name: str) -> str:
        """Give a name of small letters, digits and hyphens that is required."""
        text = self.text(name)
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", text):
            raise SettingsError(
                f"{name} must be 1 to 64 small letters, digits and hyphens, not {text!r}"
            )
        return text
