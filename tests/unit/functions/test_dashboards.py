"""The dashboards' log queries select fields that the functions' log lines have."""

import gzip
import io
import json
import re
from contextlib import redirect_stdout
from pathlib import Path
from types import SimpleNamespace

import pytest

from common import decisions
from tests.support.fake_feature_store import FeatureStore, stubbed
from tests.support.lambda_context import CONTEXT
from tests.support.lambda_events import BUCKET, bucket, created
from tests.support.training_loop import Loop
from window_aggregator import handler

MODULES = Path(__file__).parents[3] / "terraform" / "modules"
QUERY = re.compile(r'query\s*=\s*"SOURCE \'\$\{(?P<source>[^}]+)\}\' \| (?P<query>[^"]*)"')


def queries():
    found = [
        match for file in MODULES.glob("*/*.tf") for match in QUERY.finditer(file.read_text())
    ]
    return {match["source"]: match["query"] for match in found}


def fields(query):
    """Return the fields that the commands `fields`, `filter` and `sort` name."""
    names = set()
    for command in query.split("|"):
        verb, _, rest = command.strip().partition(" ")
        if verb == "fields":
            names |= {name.strip(" `") for name in rest.split(",")}
        elif verb == "filter":
            names |= set(re.findall(r"ispresent\(([^)]+)\)", rest))
        elif verb == "sort":
            names.add(rest.split()[0])
    return {name for name in names if not name.startswith("@")}


def flat(document, prefix=""):
    """Return the fields of a line as CloudWatch Logs Insights discovers them."""
    for name, value in document.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name


def aggregator_line(monkeypatch):
    monkeypatch.setenv("FEATURE_GROUPS", '[["test-minutes", ["total_fee_1min"]]]')
    event = {
        "time": "2024-10-10T12:00:00Z",
        "detail": {"transactions": [{"hash": "a", "time": 1728561600, "fee": 1}]},
    }
    out = io.StringIO()
    with bucket() as s3, stubbed(handler.store, "PutRecord", FeatureStore().put):
        s3.put_object(Bucket=BUCKET, Key="raw/a", Body=gzip.compress(json.dumps(event).encode()))
        with redirect_stdout(out):
            handler.lambda_handler(created("raw/a"), CONTEXT)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    [line] = [line for line in lines if "_aws" not in line]
    return set(flat(line))


def decision_fields():
    """Return the fields of decisions as EventBridge writes them into the log group."""
    loop = Loop()
    client = SimpleNamespace(put_events=loop.put_events)
    approval = {"stage": "staging", "package_version": 1}
    decisions.record(client, "test", decisions.APPROVAL_REQUESTED, None, **approval)
    decisions.record(client, "test", decisions.RETRAINING_SKIPPED, None, reason="x")
    return {
        name
        for entry in loop.decisions
        for name in flat(
            {"time": "", "detail-type": entry["DetailType"], "detail": json.loads(entry["Detail"])}
        )
    }


@pytest.mark.parametrize("source", queries())
def test_queries_name_fields_of_real_lines(monkeypatch, source):
    known = {
        "module.window_aggregator.log_group_name": lambda: aggregator_line(monkeypatch),
        "var.decision_log_group": decision_fields,
    }
    assert fields(queries()[source]) <= known[source]()


def test_both_dashboards_are_found():
    assert len(queries()) == 2
