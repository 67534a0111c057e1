"""Whether a table may train a model. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sagemaker_pipelines.tabular.splits import TEST, TRAIN
from sagemaker_pipelines.tabular.table import Table
from sagemaker_pipelines.tournament.verdict import MINIMUM_CHAMPION_WINDOWS

MINIMUM_TRAINING_ROWS = 50
MAXIMUM_MALFORMED_SHARE = 0.05
MAXIMUM_EXAMPLES = 20


@dataclass(frozen=True, slots=True)
class Quality:
    """What was found, and the rules that it breaks."""

    rows: int
    malformed: Sequence[str]
    failed: Sequence[dict[str, Any]]

    @property
    def summary(self) -> str:
        """One sentence for people."""
        if not self.failed:
            return f"{self.rows} rows passed, {len(self.malformed)} malformed rows left out"
        return "; ".join(f"{rule['rule']}: {rule['reason']}" for rule in self.failed)

    def to_dict(self) -> dict[str, Any]:
        """Return data_quality.json."""
        return {
            "passed": not self.failed,
            "summary": self.summary,
            "rows": self.rows,
            "malformed_rows": len(self.malformed),
            "malformed_examples": list(self.malformed[:MAXIMUM_EXAMPLES]),
            "failed": list(self.failed),
        }


def check(table: Table, parts: Sequence[str], rows_per_window: int) -> Quality:
    """Check the rows of a table and the part (`splits`) of each."""
    count, malformed = len(table.rows), len(table.malformed)
    found = Counter(parts)
    windows = found[TEST] // rows_per_window
    share = malformed / max(1, count + malformed)
    targets = {row[-1] for row in table.rows}
    problems = {
        "malformed_rows": (
            share > MAXIMUM_MALFORMED_SHARE,
            f"got {share:.1%}, expected at most {MAXIMUM_MALFORMED_SHARE:.0%}"
            f" (first: {table.malformed[0] if malformed else 'none'})",
        ),
        "training_rows": (
            found[TRAIN] < MINIMUM_TRAINING_ROWS,
            f"got {found[TRAIN]}, expected at least {MINIMUM_TRAINING_ROWS}",
        ),
        "test_windows": (
            windows < MINIMUM_CHAMPION_WINDOWS,
            f"got {windows} of {rows_per_window} rows, expected at least "
            f"{MINIMUM_CHAMPION_WINDOWS}, which a comparison needs",
        ),
        "constant_target": (len(targets) == 1, "all rows have the same target"),
    }
    failed = [{"rule": n, "reason": reason} for n, (broken, reason) in problems.items() if broken]
    return Quality(count, table.malformed, failed)
