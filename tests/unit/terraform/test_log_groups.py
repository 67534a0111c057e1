"""Names of log groups against the policy of the key that encrypts them.

CloudWatch Logs refuses to create a group whose ARN the key policy does not name.
"""

import re
from fnmatch import fnmatchcase

import pytest

from tests.support.terraform_source import TERRAFORM, folders, rendered, resources

OWN = re.compile(r':aws:logs:arn"\s+values\s+= \["[^"]*:log-group:([^"]+)"\]')


def log_groups():
    """Return the arguments of every log group by address."""
    return {
        f"{folder.name}.{name}": (folder, arguments)
        for folder in folders()
        for kind, name, arguments in resources(folder)
        if kind == "aws_cloudwatch_log_group"
    }


def patterns(folder):
    """Return the name patterns in the policy of the module's own key, or else the foundation's."""
    own = [group for file in folder.glob("*.tf") for group in OWN.findall(file.read_text())]
    if own and folder.name != "foundation":
        return [rendered(folder, pattern) for pattern in own]
    foundation = TERRAFORM / "modules/foundation"
    [values] = re.findall(r"for group in \[(.*)\]", (foundation / "key.tf").read_text())
    return [rendered(foundation, pattern) for pattern in re.findall(r'"([^"]+)"', values)]


def test_every_module_is_read():
    texts = [file.read_text() for file in TERRAFORM.glob("modules/*/*.tf")]
    count = sum(text.count('resource "aws_cloudwatch_log_group"') for text in texts)
    assert len(log_groups()) == count
    assert len(patterns(TERRAFORM / "modules/foundation")) > 1


@pytest.mark.parametrize("address", log_groups())
def test_key_policy_covers_the_log_group(address):
    folder, arguments = log_groups()[address]
    assert "kms_key_id" in arguments
    name = rendered(folder, arguments["name"])
    assert [pattern for pattern in patterns(folder) if fnmatchcase(name, pattern)], name
