"""Names of log groups against the policy of the key that encrypts them.

CloudWatch Logs refuses to create a group whose ARN the key policy does not name.
"""

import re
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import hcl2
import pytest

MODULES = Path(__file__).parents[3] / "terraform/modules"
PREFIX = "some-prefix"


def unquoted(text):
    return text.strip('"')


@cache
def blocks(module, kind):
    """Return the blocks of one kind, such as `locals`, of all files of a module."""
    found = []
    for file in sorted((MODULES / module).glob("*.tf")):
        found += hcl2.loads(file.read_text()).get(kind, [])
    return found


def rendered(module, text):
    """Replace what a name contains: the prefix, local values, and anything else by a word."""
    values = {key: value for block in blocks(module, "locals") for key, value in block.items()}

    def replace(match):
        name = match[1]
        if name.endswith("prefix"):
            return PREFIX
        if name.startswith("local."):
            return rendered(module, values[name.removeprefix("local.")])
        return "word"

    return re.sub(r"\$\{([^}]+)\}", replace, unquoted(text))


def log_groups():
    """Return the arguments of every log group by address."""
    return {
        f"{module.name}.{unquoted(name)}": (module.name, arguments)
        for module in sorted(MODULES.iterdir())
        for block in blocks(module.name, "resource")
        for name, arguments in block.get('"aws_cloudwatch_log_group"', {}).items()
    }


def patterns():
    """Return the name patterns in the key policy."""
    text = (MODULES / "foundation/key.tf").read_text()
    [values] = re.findall(r"for group in \[(.*)\]", text)
    return [rendered("foundation", pattern) for pattern in re.findall(r'"([^"]+)"', values)]


def test_every_module_is_read():
    assert len(log_groups()) == sum(
        file.read_text().count('resource "aws_cloudwatch_log_group"')
        for file in MODULES.glob("*/*.tf")
    )
    assert len(patterns()) > 1


@pytest.mark.parametrize("address", log_groups())
def test_key_policy_covers_the_log_group(address):
    module, arguments = log_groups()[address]
    assert "kms_key_id" in arguments
    name = rendered(module, arguments["name"])
    assert [pattern for pattern in patterns() if fnmatchcase(name, pattern)], name
