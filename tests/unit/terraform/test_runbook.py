"""Every alarm links its section of the runbook, and every section belongs to an alarm."""

import re

import pytest

from tests.support.terraform_source import TERRAFORM, folders, local_value, resources, unquoted

RUNBOOK = TERRAFORM.parent / "docs" / "runbook.md"
LINK = re.compile(r"runbook_url\}#([a-z-]+)$")


def descriptions():
    """Return the name and the description of every alarm, one for each with `for_each`."""
    return [
        (f"{folder.name}: {name} {number}", text)
        for folder in folders()
        for kind, name, arguments in resources(folder)
        if unquoted(kind) == "aws_cloudwatch_metric_alarm"
        for number, text in enumerate(texts(folder, arguments))
    ]


def texts(folder, arguments):
    text = unquoted(arguments["alarm_description"])
    if text != "${each.value}":
        return [text]
    name = re.fullmatch(r"\$\{local\.(\w+)\}", arguments["for_each"])[1]
    values = local_value(folder, name)
    return [unquoted(value) for key, value in values.items() if key != "__is_block__"]


def sections():
    text = RUNBOOK.read_text().partition("\n## Alarms\n")[2].partition("\n## ")[0]
    return re.findall(r"^### ([a-z-]+)$", text, re.MULTILINE)


@pytest.mark.parametrize("alarm", descriptions(), ids=lambda alarm: alarm[0])
def test_description_of_an_alarm_links_its_section(alarm):
    link = LINK.search(alarm[1])
    assert link, f"{alarm[0]}: {alarm[1]} links no section"
    assert link[1] in sections()


def test_every_section_is_linked():
    linked = {link[1] for _, text in descriptions() if (link := LINK.search(text))}
    assert set(sections()) == linked
    assert len(sections()) == len(set(sections()))
