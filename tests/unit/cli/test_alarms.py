"""Alarms have stage, meaning and first action, from their description and the runbook."""

import re
from datetime import UTC, datetime

import pytest
from botocore.stub import Stubber

from cli import runbook
from cli.queries.alarms import STAGES, alarms
from common.runbook import PLACEHOLDER, Section, parse
from tests.support.terraform_source import TERRAFORM

OF_FUNCTIONS = {"function-errors", "function-dead-letters"}
ANCHORS = {
    anchor
    for file in TERRAFORM.rglob("*.tf")
    for anchor in re.findall(r"runbook_url\}#([a-z-]+)", file.read_text())
}
BOOK = "https://example.com/runbook.md#"


@pytest.mark.parametrize("anchor", sorted(ANCHORS))
def test_every_alarm_has_a_stage_and_a_first_action(anchor):
    section = runbook.section(anchor)
    assert section.meaning
    assert section.first_action
    assert (anchor in STAGES) != (anchor in OF_FUNCTIONS)


def test_no_stage_is_that_of_an_alarm_that_does_not_exist():
    assert set(STAGES) <= ANCHORS


def test_section_is_its_first_paragraph_and_its_first_step():
    text = (
        "# Runbook\n\n## Alarms\n\n### stage-x\n\n`P-x`: it\nis [late](#a).\n\n"
        "1. Look at\n   `the log`.\n2. Wait.\n\n## Others\n\n1. no\n"
    )
    assert parse(text) == {"stage-x": Section("P-x: it is late.", "Look at the log.")}


@pytest.mark.parametrize(
    ("section", "alarm", "filled"),
    [
        (
            "function-errors",
            "my-p-window-aggregator-errors",
            "/aws/lambda/my-p-window-aggregator ",
        ),
        ("stage-errors", "my-p-production-errors", "/aws/sagemaker/Endpoints/my-p-production "),
        ("undelivered", "my-p-undelivered", "--queue my-p-undelivered has"),
        ("raw-late", "my-p-raw-late", "/aws/kinesisfirehose/my-p-archive "),
    ],
)
def test_first_action_names_the_resources_of_the_alarm(section, alarm, filled):
    action = runbook.section(section).of_alarm(alarm, "my-p").first_action
    assert filled in action


def test_name_that_no_section_expects_leaves_the_placeholder():
    section = Section("P-<function>-errors: it failed.", "Look at P-<function>.")
    assert section.of_alarm("p-x", "p").first_action == "Look at p-<function>."


@pytest.mark.parametrize("anchor", sorted(ANCHORS))
def test_what_a_first_action_leaves_open_is_in_the_name_of_the_alarm(anchor):
    section = runbook.section(anchor)
    assert set(PLACEHOLDER.findall(section.first_action)) <= set(
        PLACEHOLDER.findall(section.meaning)
    )


def described(name, anchor, text="It failed; see: the log"):
    return {
        "AlarmName": f"evergreen-{name}",
        "AlarmDescription": f"{text}: {BOOK}{anchor}",
        "StateValue": "ALARM",
        "StateReason": "one datapoint",
        "StateUpdatedTimestamp": datetime(2024, 10, 10, 13, tzinfo=UTC),
    }


def test_alarms_of_the_deployment(deployment):
    listed = [
        described("production-loss", "stage-loss"),
        described("window-aggregator-errors", "function-errors"),
        described("window-aggregator-dead-letters", "function-dead-letters"),
        described("unknown-errors", "function-errors"),
        {**described("other", ""), "AlarmDescription": ""},
    ]
    with Stubber(deployment.clients("cloudwatch")) as stub:
        stub.add_response("describe_alarms", {"MetricAlarms": listed})
        found = alarms(deployment.connection)
    assert [row["stage"] for row in found] == ["7", "2", "2", "shared", "shared"]
    assert found[0] == {
        "name": "evergreen-production-loss",
        "state": "ALARM",
        "since": "2024-10-10T13:00:00Z",
        "reason": "one datapoint",
        "stage": "7",
        "meaning": "It failed; see: the log",
        "first_action": runbook.section("stage-loss").first_action,
        "runbook": f"{BOOK}stage-loss",
    }
    assert (found[4]["meaning"], found[4]["first_action"]) == (None, None)
