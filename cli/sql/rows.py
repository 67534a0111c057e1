"""The result of a query: columns and rows of values that JSON and CSV can have. Pure."""

import csv
import io
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from math import isfinite
from typing import Any


@dataclass(frozen=True, slots=True)
class Rows:
    """Names of the columns, and the values of each row."""

    columns: tuple[str, ...]
    values: tuple[tuple[Any, ...], ...]

    def records(self) -> list[dict[str, Any]]:
        """Return each row by column."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.values]

    def csv(self) -> str:
        """Return the rows with a header; null is empty."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows(self.values)
        return out.getvalue()


def plain(value: Any) -> Any:
    """Return a value as JSON has it; times as Athena prints them (milliseconds, UTC)."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(sep=" ", timespec="milliseconds")
    if isinstance(value, float | Decimal):
        return float(value) if isfinite(value) else None
    return value if value is None or isinstance(value, int | str) else str(value)
