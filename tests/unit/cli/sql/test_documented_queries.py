"""The queries of docs/sql.md, on generated objects of all four tables."""

import json
import re
from collections import defaultdict

import pytest
import sqlglot

from cli.main import main
from common import scores
from tests.support.analytics_objects import FORECASTS, VERSION
from tests.support.markdown import PROJECT

PAGE = (PROJECT / "docs" / "sql.md").read_text()
QUERIES = dict(re.findall(r"\n### (.+?)\n.*?```sql\n(.*?)```", PAGE, re.DOTALL))


def losses():
    """Return the rows of the second query, by the loop's own metric."""
    groups = defaultdict(list)
    for minute, package, *values in FORECASTS:
        groups[minute[:13], f"{VERSION}/{package}"].append(values)
    rows = []
    for (hour, arn), members in sorted(groups.items()):
        truth, low, median, high = map(list, zip(*members, strict=True))
        wql = scores.mean_wql(truth, {"0.1": low, "0.5": median, "0.9": high})
        rows.append({"hour_utc": hour, "package_arn": arn, "minutes": len(truth), "wql": wql})
    return rows


EXPECTED = {
    "Average fee per hour": [
        {"hour_utc": "2024-10-10T12", "minutes": 2, "average_fee": 12.5},
        {"hour_utc": "2024-10-10T13", "minutes": 1, "average_fee": 2.0},
    ],
    "Loss per hour and version": losses(),
    "Coverage by hour of the day": [
        {"hour_of_day": 12, "minutes": 3, "coverage": 2 / 3},
        {"hour_of_day": 13, "minutes": 1, "coverage": 0.0},
    ],
    "Decisions of the last day": [
        {
            "first_time": "2024-10-10T12:00:00Z",
            "detail_type": "Retraining Started",
            "reason": "loss",
            "decisions": 1,
        },
        {
            "first_time": "2024-10-10T12:30:00Z",
            "detail_type": "Model Deployed",
            "reason": "",
            "decisions": 1,
        },
    ],
    "Late corrections in the feature store": [
        {"tx_minute": "2024-10-10T12:01:00Z", "minutes_later": 20, "change": 10.0}
    ],
    "Raw transactions against the row of their minute": [
        {"tx_minute": "2024-10-10T13:00:00Z", "archived": 3, "counted": 4}
    ],
}


def test_every_query_of_the_page_is_expected():
    assert set(QUERIES) == set(EXPECTED)
    assert PAGE.count("```sql") == len(QUERIES)


@pytest.mark.parametrize("title", EXPECTED)
def test_query_returns_its_values(stored, capsys, title):
    assert main(["sql", QUERIES[title], "--json"], stored.connect) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert rows == [pytest.approx(row) for row in EXPECTED[title]]


@pytest.mark.parametrize("title", EXPECTED)
def test_query_is_in_the_dialect_of_athena(title):
    """Athena's SQL is that of Trino."""
    (statement,) = sqlglot.parse(QUERIES[title], dialect="trino")
    assert statement.key == "select"
