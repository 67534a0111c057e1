"""② The properties of the job on AWS, and its tables.

The Kinesis connector is not installed here: kinesis.sql has the tables according to its
documentation (5.x: `stream.arn`, `aws.region`, `source.init.position`).
"""

import json
from pathlib import Path

import pytest

from common import transaction
from scripts import flink_package
from streaming import properties, queries, tables, transactions
from window_aggregator import feature_record

HERE = Path(__file__).parent
# The test of the Terraform module compares with the same file.
GROUPS = HERE.parents[2] / "terraform/modules/flink/tests/application_properties.json"


@pytest.fixture
def groups():
    return json.loads(GROUPS.read_text())


def changed(groups, name, **options):
    groups = [one for one in groups if one["PropertyGroupId"] != name]
    return json.dumps([*groups, {"PropertyGroupId": name, "PropertyMap": options}])


def test_kinesis_tables_are_as_documented(groups):
    found = properties.parse(json.dumps(groups))
    statements = [
        tables.records(found.source),
        tables.minutes(found.minutes),
        tables.dead_letters(found.dead_letters),
    ]
    assert "".join(f"{one};\n" for one in statements) == (HERE / "kinesis.sql").read_text()


def test_quotes_in_options_are_escaped():
    assert r"'path' = 'it''s'" in tables.records({"connector": "filesystem", "path": "it's"})


def test_terraform_names_what_is_in_the_zip(groups):
    [options] = [
        one["PropertyMap"]
        for one in groups
        if one["PropertyGroupId"] == "kinesis.analytics.flink.run.options"
    ]
    assert options == {
        "python": flink_package.MAIN,
        "jarfile": flink_package.LIBRARY,
        "pyFiles": flink_package.PACKAGES,
    }


def test_terraform_passes_the_defaults(groups):
    parsed = properties.parse(json.dumps(groups))
    assert (parsed.watermark_delay_seconds, parsed.allowed_lateness_minutes) == (60, 15)
    without = [one for one in groups if one["PropertyGroupId"] != "time"]
    assert properties.parse(json.dumps(without)) == parsed


@pytest.mark.parametrize(
    ("name", "options", "reason"),
    [
        ("source", {}, "source.connector: got '', expected filesystem or kinesis"),
        ("source", {"connector": "kafka"}, "got 'kafka', expected filesystem or kinesis"),
        ("minutes", {"connector": "filesystem"}, "minutes.path: got None, expected a value"),
        (
            "dead-letters",
            {"connector": "kinesis", "stream.arn": "a"},
            "dead-letters.aws.region: got None, expected a value",
        ),
        (
            "time",
            {"watermark.delay.seconds": "1.5"},
            "time.watermark.delay.seconds: got '1.5', expected an integer from 0 to 90",
        ),
        ("time", {"watermark.delay.seconds": "-1"}, "got '-1', expected an integer from 0 to 90"),
        ("time", {"allowed.lateness.minutes": "99"}, "got '99', expected an integer from 0 to 90"),
    ],
)
def test_invalid_properties_are_rejected(groups, name, options, reason):
    with pytest.raises(properties.PropertiesError, match=reason):
        properties.parse(changed(groups, name, **options))


def test_properties_come_from_the_configured_file(monkeypatch):
    monkeypatch.setenv("APP_PROPERTIES", str(GROUPS))
    assert properties.load().source["connector"] == "kinesis"
    monkeypatch.delenv("APP_PROPERTIES")
    with pytest.raises(
        properties.PropertiesError, match="APP_PROPERTIES: got None, expected a path"
    ):
        properties.load()


def test_file_of_the_managed_service_has_priority(monkeypatch, tmp_path):
    place = tmp_path / "application_properties.json"
    place.write_text(GROUPS.read_text())
    monkeypatch.setattr(properties, "MANAGED", place)
    monkeypatch.setenv("APP_PROPERTIES", "/no/such/file")
    assert properties.is_managed()
    assert properties.load().minutes["connector"] == "kinesis"


def test_limits_match_the_lambda_engine():
    assert f"< {transaction.END_OF_TIME} " in transactions.parsed(60, 1)
    assert queries.MAX_COUNTED == feature_record.MAX_COUNTED
    assert (
        properties.MAX_INTERVAL + queries.HOP_MINUTES <= feature_record.FLINK_FIRINGS
    )  # number of the last firing


@pytest.mark.parametrize(("lateness", "size"), [(0, 5), (1, 10), (15, 20), (16, 25), (90, 95)])
def test_last_firing_is_when_the_lateness_is_over(lateness, size):
    hop = "DESCRIPTOR(ts), INTERVAL '5' MINUTE, INTERVAL '{size}' MINUTE"
    assert any(hop.format(size=size) in view for view in queries.views(lateness))
    for minute in range(60):  # windows end at multiples of the hop
        assert minute // queries.HOP_MINUTES * queries.HOP_MINUTES + size >= minute + 1 + lateness
    assert f"+ {60 * (1 + lateness)} <= complete_until" in transactions.transactions(lateness)
