"""Settings of the functions that write to the feature group; without pydantic, to start fast."""

import json
import os
from dataclasses import dataclass
from typing import Self

from common.errors import bad_value

EXPECTED = 'JSON: [["GROUP", ["FEATURE", ...]], ...], oldest version first'


@dataclass(frozen=True, slots=True)
class Settings:
    """Versions of the feature group with their features, oldest version first."""

    feature_groups: tuple[tuple[str, tuple[str, ...]], ...]

    @classmethod
    def from_env(cls) -> Self:
        """Read `FEATURE_GROUPS`; raises ValueError if it is missing or malformed."""
        text = os.environ.get("FEATURE_GROUPS")
        try:
            groups = json.loads(text or "")
            return cls(tuple((str(name), tuple(map(str, names))) for name, names in groups))
        except (TypeError, ValueError):
            raise ValueError(bad_value("FEATURE_GROUPS", text, EXPECTED)) from None
