"""What the deployment costs: a month, this month so far, and the trainings. Pure."""

from collections.abc import Iterable
from datetime import datetime
from html import escape

from cli.aws import Json
from cli.cost import comparison
from cli.web_console.markup import Cell, table

MONTH_HOURS = 730  # as AWS counts


def so_far(total: float, now: datetime, since: datetime) -> float:
    """Return the share of a month's estimate for this month until now, from `since` on."""
    first = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    start = max(first, since)
    return total * max(0.0, (now - start).total_seconds()) / 3600 / MONTH_HOURS


def html(estimate: Json, retrains: Iterable[Json], now: datetime, since: datetime) -> str:
    """Return the sums as a table: `estimate` is the document of `evergreen cost --deployed`."""
    paid = [row["cost"] for row in retrains if row["cost"]]
    known = [cost["usd"] for cost in paid if cost["usd"] is not None]
    rows: list[tuple[Cell, ...]] = [
        ("this month so far, at the estimate", _usd(so_far(estimate["total"], now, since))),
        (f"trainings so far ({len(paid)}), measured", _usd(sum(known))),
        *((f"a month of {name}", _usd(usd)) for name, usd in estimate["services"].items()),
        ("a month in total", _usd(estimate["total"])),
    ]
    return table("Cost on AWS", ("what", "USD"), rows)


def actual_html(document: Json, prefix: str) -> str:
    """Return what was billed as a table: `document` is that of `evergreen cost --actual`."""
    columns, rows = comparison.rows(document)
    return table(f"Billed for {prefix}, in USD", columns, rows) + "".join(
        f'<p class="note">{escape(note)}</p>' for note in comparison.notes(document, prefix)
    )


def _usd(value: float) -> str:
    return f"{value:,.2f}" if value >= 0.01 or value == 0 else f"{value:.4f}"
