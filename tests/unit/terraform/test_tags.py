"""Tags have only characters that every service accepts.

AWS allows letters, digits, spaces and `_.:/=+-@`; Kinesis has no colon.
"""

import re

import pytest

from tests.support.terraform_source import (
    TERRAFORM,
    blocks,
    folders,
    local_value,
    rendered,
    resources,
    unquoted,
)

ACCEPTED = re.compile(r"[A-Za-z0-9 _./=+\-@]{1,256}")


def values(folder, arguments, value):
    """Return the texts that a tag has, one for each instance of its resource."""
    if unquoted(value) != "${each.value}":
        return [rendered(folder, value)]
    name = re.fullmatch(r"\$\{local\.(\w+)\}", arguments["for_each"])[1]
    instances = {k: v for k, v in local_value(folder, name).items() if k != "__is_block__"}
    return [rendered(folder, text) for text in instances.values()]


def tags():
    """Return key and value of every tag that is declared in a module."""
    return [
        (unquoted(key), text)
        for folder in folders()
        for _, _, arguments in resources(folder)
        for key, value in arguments.get("tags", {}).items()
        for text in values(folder, arguments, value)
    ]


def default_tags():
    [provider] = blocks(TERRAFORM, "provider")
    [block] = provider['"aws"']["default_tags"]
    return [(unquoted(key), rendered(TERRAFORM, value)) for key, value in block["tags"].items()]


def test_every_declaration_is_read():
    texts = [file.read_text() for file in TERRAFORM.rglob("*.tf")]
    declared = sum(len(re.findall(r"^  tags +=", text, re.MULTILINE)) for text in texts)
    found = [a for folder in folders() for _, _, a in resources(folder) if "tags" in a]
    assert len(found) == declared
    assert len(default_tags()) == 2


@pytest.mark.parametrize(("key", "value"), tags() + default_tags())
def test_tag_is_accepted_by_every_service(key, value):
    assert ACCEPTED.fullmatch(key)
    assert len(key) <= 128
    assert not key.startswith("aws:")
    assert ACCEPTED.fullmatch(value)
