"""② What the job is given on AWS, and the tables that it makes of it.

The Kinesis connector is not here: these texts are held to its documentation (5.x: `stream.arn`,
`aws.region`, `source.init.position`) by being written down in kinesis.sql.
"""

import json
from pathlib import Path

import pytest

from common import transaction
from scripts import flink_package
from streaming import properties, queries, tables
from window_aggregator import feature_record

HERE = Path(__file__).parent
# The module's own test holds Terraform to the same file.
GROUPS = HERE.parents[2] / "terraform/modules/flink/tests/application_properties.json"


@pytest.fixture
def groups():
    return json.loads(GROUPS.read_text())


def changed(groups, name, **options):
    groups = [one for one in groups if one["PropertyGroupId"] != name]
    return json.dumps([*groups, {"PropertyGroupId": name, "PropertyMap": options}])


def test_kinesis_tables_are_those_written_down(groups):
    found = properties.parse(json.dumps(groups))
    statements = [
        tables.records(found.source),
        tables.minutes(found.minutes),
        tables.dead_letters(found.dead_letters),
    ]
    assert "".join(f"{one};\n" for one in statements) == (HERE / "kinesis.sql").read_text()


def test_option_cannot_end_its_text():
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


def test_terraform_gives_the_defaults(groups):
    given = properties.parse(json.dumps(groups))
    assert (given.watermark_delay_seconds, given.allowed_lateness_minutes) == (60, 15)
    without = [one for one in groups if one["PropertyGroupId"] != "time"]
    assert properties.parse(json.dumps(without)) == given


@pytest.mark.parametrize(
    ("name", "options", "reason"),
    [
        ("source", {}, "source: connector is ''"),
        ("source", {"connector": "kafka"}, "not one of filesystem, kinesis"),
        ("minutes", {"connector": "filesystem"}, "minutes: filesystem needs path"),
        ("dead-letters", {"connector": "kinesis", "stream.arn": "a"}, "kinesis needs aws.region"),
        ("time", {"watermark.delay.seconds": "1.5"}, "'1.5', not a whole number up to 90"),
        ("time", {"watermark.delay.seconds": "-1"}, "'-1', not a whole number"),
        ("time", {"allowed.lateness.minutes": "99"}, "'99', not a whole number up to 90"),
    ],
)
def test_properties_that_describe_no_job_are_refused(groups, name, options, reason):
    with pytest.raises(properties.PropertiesError, match=reason):
        properties.parse(changed(groups, name, **options))


def test_properties_come_from_the_file_that_is_named(monkeypatch):
    monkeypatch.setenv("APP_PROPERTIES", str(GROUPS))
    assert properties.load().source["connector"] == "kinesis"
    monkeypatch.delenv("APP_PROPERTIES")
    with pytest.raises(properties.PropertiesError, match="APP_PROPERTIES names no file"):
        properties.load()


def test_managed_service_comes_first(monkeypatch, tmp_path):
    place = tmp_path / "application_properties.json"
    place.write_text(GROUPS.read_text())
    monkeypatch.setattr(properties, "MANAGED", place)
    monkeypatch.setenv("APP_PROPERTIES", "/no/such/file")
    assert properties.is_managed()
    assert properties.load().minutes["connector"] == "kinesis"


def test_limits_are_those_of_the_lambda_engine():
    assert queries.COUNTED == feature_record.MAX_COUNTED
    assert properties.MOST + queries.HOP <= feature_record.FLINK_FIRINGS  # the last one's number
    assert queries.YEAR_10000 == transaction.YEAR_10000


@pytest.mark.parametrize(("lateness", "size"), [(0, 5), (1, 10), (15, 20), (16, 25), (90, 95)])
def test_last_firing_is_when_the_lateness_is_over(lateness, size):
    hop = "DESCRIPTOR(ts), INTERVAL '5' MINUTE, INTERVAL '{size}' MINUTE"
    assert any(hop.format(size=size) in view for view in queries.views(lateness))
    for minute in range(60):  # windows end at multiples of the hop
        assert minute // queries.HOP * queries.HOP + size >= minute + 1 + lateness
    assert f"+ {60 * (1 + lateness)} <= complete_until" in queries.transactions(60, lateness)
