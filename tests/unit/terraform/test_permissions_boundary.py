"""Every role can be limited: no role and no call on the way to it forgets the boundary."""

import pytest

from tests.support import terraform_source
from tests.support.terraform_source import TERRAFORM, unquoted

BOUNDARY = "permissions_boundary_arn"
SHARED = ("foundation", "function_defaults")  # objects that carry the boundary


def modules(folder):
    """Yield the arguments of each call of another module of the folder."""
    for block in terraform_source.blocks(folder, "module"):
        yield from block.values()


def called(folder, arguments):
    return (folder / unquoted(arguments["source"])).resolve()


def variables(folder):
    """Return the variables of a module with their types as they are written."""
    blocks = terraform_source.blocks(folder, "variable")
    return {
        unquoted(name): str(one.get("type")) for block in blocks for name, one in block.items()
    }


FOLDERS = [*terraform_source.folders(), TERRAFORM / "tabular", TERRAFORM / "delivery"]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_role_has_the_boundary(folder):
    for kind, _, arguments in terraform_source.resources(folder):
        if kind == "aws_iam_role":
            assert BOUNDARY in arguments["permissions_boundary"]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_boundary_is_passed_on(folder):
    for arguments in modules(folder):
        target = called(folder, arguments)
        expected = variables(target)
        if BOUNDARY in expected:
            assert BOUNDARY in arguments[BOUNDARY]
        own = variables(folder)
        for name in SHARED:
            if BOUNDARY in expected.get(name, "") and f"var.{name}" in str(arguments[name]):
                assert own[name] == "any" or BOUNDARY in own[name], target.name


def test_modules_with_roles_are_found():
    roles = [
        folder.name
        for folder in FOLDERS
        if "aws_iam_role" in {kind for kind, *_ in terraform_source.resources(folder)}
    ]
    assert roles == ["api_logs", "operator", "service_role", "delivery"]
