"""`evergreen sql` on the tables that Terraform created, as the operator."""

import json

import pytest

from common.times import MINUTE, iso
from tests.support.deployed_loop import evergreen, time_range

pytestmark = pytest.mark.integration


def test_decision_is_found_by_sql(aws, outputs):
    start = aws.next_hour()
    entry = {"EventBusName": outputs["bus_name"], "Source": "evergreen.loop", "Time": start}
    detail = json.dumps({"reason": f"of {iso(start)}"})
    entry |= {"DetailType": "Retraining Skipped", "Detail": detail}
    aws.client("events").put_events(Entries=[entry])
    aws.advance(start + 3 * MINUTE)
    aws.settle()
    query = (
        "SELECT detail_type, json_extract_scalar(detail, '$.reason') AS reason FROM decisions "
        f"WHERE time = '{iso(start)}'"
    )
    code, found = evergreen(aws, "sql", query, *time_range(start, start + 5 * MINUTE))
    assert code == 0
    assert found["rows"] == [{"detail_type": "Retraining Skipped", "reason": f"of {iso(start)}"}]


def test_every_table_can_be_read(aws, outputs):
    """Also one without objects: the columns are those of the table."""
    _, listed = evergreen(aws, "sql")
    assert {"decisions", "forecasts", "minutes", "raw"} <= set(listed["tables"])
    for name, columns in listed["tables"].items():
        code, found = evergreen(aws, "sql", f"SELECT * FROM {name}")
        assert (code, found["columns"]) == (0, list(columns))
