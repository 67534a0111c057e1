"""The documentation site: links, anchors, references from a plan, navigation."""

import json
from pathlib import PurePosixPath

import pytest

from scripts.site import commands, contents, links, planned, slugs
from tests.support.markdown import PROJECT, anchors, files

PAGES = {"README.md", "docs/deploy.md", "terraform/README.md", "terraform/modules/serve/README.md"}


def adapted(text, page="docs/deploy.md"):
    return links.adapt(text, PurePosixPath(page), PAGES, set()).rstrip("\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a](../README.md#torch)", "[a](../README.md#torch)"),
        ("[a](../terraform/modules/serve)", "[a](../terraform/modules/serve/README.md)"),
        ("[a](../terraform/)", "[a](../terraform/README.md)"),
        ("[a](#before)", "[a](#before)"),
        ("[a](https://example.com)", "[a](https://example.com)"),
        ("see [`dsl.py`](../sagemaker_pipelines/dsl.py)", "see `dsl.py`"),
        ("[out](../../elsewhere.md)", "out"),
        ("```\n[a](b.py)\n```", "```\n[a](b.py)\n```"),
    ],
)
def test_links_lead_to_pages_or_are_text(text, expected):
    assert adapted(text) == expected


def test_images_of_a_page_are_collected():
    media = set()
    text = "![picture](loop.png)"
    assert links.adapt(text, PurePosixPath("docs/deploy.md"), PAGES, media) == text + "\n"
    assert media == {"docs/loop.png"}


@pytest.mark.parametrize("file", files(".md"), ids=lambda file: str(file.relative_to(PROJECT)))
def test_anchors_are_those_of_github(file):
    headings = [line for line in file.read_text().splitlines() if line.startswith("## ")]
    found = {slugs.github(line[3:].replace("`", "").strip(), "-") for line in headings}
    plain = {slug for slug in found if "[" not in slug}
    assert plain <= anchors(file) | {slug for slug in plain if f"({slug}" in slug}


def change(kind, **after):
    return {"type": kind, "mode": "managed", "address": kind, "change": {"after": after}}


ALARM = change(
    "aws_cloudwatch_metric_alarm",
    alarm_name="evergreen-errors",
    alarm_description="It failed; see its log: docs/runbook.md#function-errors",
    comparison_operator="GreaterThanThreshold",
    datapoints_to_alarm=2,
    evaluation_periods=3,
    metric_name="Errors",
    namespace="AWS/Lambda",
    period=60,
    statistic="Sum",
    threshold=0,
)
DASHBOARD = change(
    "aws_cloudwatch_dashboard",
    dashboard_body=json.dumps({
        "widgets": [
            {"properties": {"metrics": [["A", "Polls"], [".", "Gaps"], [{"expression": "x"}]]}},
            {"properties": {"markdown": "text"}},
        ]
    }),
)  # fmt: skip


def test_alarms_have_meaning_rule_and_runbook():
    [row] = planned.alarms([ALARM]).splitlines()[6:]
    assert row == (
        "| `evergreen-errors` | It failed; see its log "
        "([what to do](../docs/runbook.md#function-errors)) | "
        "Sum of Errors > 0 in 2 of 3 periods of 60 s |"
    )


def test_metrics_name_their_readers():
    rows = planned.metrics([ALARM, DASHBOARD]).splitlines()[6:]
    assert rows == [
        "| `A` | `Gaps` | a dashboard |",
        "| `A` | `Polls` | a dashboard |",
        "| `AWS/Lambda` | `Errors` | `evergreen-errors` |",
    ]


def test_rules_are_events_or_schedules():
    found = planned.events(
        [
            change(
                "aws_cloudwatch_event_rule",
                name="evergreen-decisions",
                description="Decisions -> log",
                event_bus_name="evergreen",
                event_pattern='{"source": ["a|b"]}',
            ),
            change(
                "aws_cloudwatch_event_rule",
                name="evergreen-hourly",
                description="Every hour",
                schedule_expression="rate(1 hour)",
            ),
        ]
    )
    event = '| Decisions -> log | `evergreen` | `{"source":["a\\|b"]}` | `evergreen-decisions` |'
    assert event in found
    assert "| `rate(1 hour)` | Every hour | `evergreen-hourly` |" in found


def test_a_dashboard_that_is_unknown_is_named():
    unknown = change("aws_cloudwatch_dashboard")
    unknown["change"]["after_unknown"] = {"dashboard_body": True}
    assert [*planned.unknown([ALARM, DASHBOARD, unknown])] == ["aws_cloudwatch_dashboard"]


def test_every_command_is_described():
    page = commands.page()
    for name in ("status", "dead-letters redrive", "api key", "sql"):
        assert f"## evergreen {name}\n" in page
    assert "`--wait`" in page
    assert "[[" not in page


def test_every_guide_is_in_the_navigation():
    guides = {file.stem for file in (PROJECT / "docs").glob("*.md")}
    assert guides == {*contents.HOW_TO, *contents.EXPLANATION, "tutorial"}


def test_navigation_contains_every_page_once():
    pages = [*PAGES, "docs/decisions/0001-a.md", "docs/decisions/README.md", "local/README.md"]
    text = json.dumps(contents.navigation(pages, dict.fromkeys(pages, "title")))
    assert all(text.count(f'"{page}"') == 1 for page in pages)
