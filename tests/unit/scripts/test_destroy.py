"""`make destroy`: the prefix is given, the protection lifted, an interrupted run repeated."""

import io

import pytest

from scripts import protection
from scripts.deploy import destroy
from scripts.deploy.runner import DeployError
from scripts.deploy.target import Target

TARGET = Target("123456789012", "eu-west-2", {"prefix": "p"}, "any")


def test_protection_of_the_bucket_is_lifted_first():
    lift, everything = protection.commands(["module.a.aws_iam_role.this", protection.BUCKET])
    assert lift == ["apply", f"-target={protection.BUCKET}", "-var=deletion_protection=false"]
    assert everything == ["destroy", "-var=deletion_protection=false"]


def test_deleted_bucket_is_not_created_again():
    commands = protection.commands(["module.a.aws_iam_role.this"])
    assert [command[0] for command in commands] == ["destroy"]


@pytest.fixture
def terminal(monkeypatch):
    def answer(text, *, is_terminal=True):
        stdin = io.StringIO(text)
        stdin.isatty = lambda: is_terminal
        monkeypatch.setattr("sys.stdin", stdin)

    return answer


def test_typed_or_given_prefix_confirms(terminal, capsys):
    terminal("p\n")
    destroy.confirm(TARGET, None)
    expected = "deletes account 123456789012, region eu-west-2, prefix p, with all of its data"
    assert expected in capsys.readouterr().out
    destroy.confirm(TARGET, "p")


@pytest.mark.parametrize(
    ("given", "typed"),
    [(None, "\n"), (None, "y\n"), ("q", "p\n"), ("", "p\n")],
    ids=["nothing", "y", "another", "empty"],
)
def test_other_answers_change_nothing(terminal, given, typed):
    terminal(typed)
    with pytest.raises(DeployError, match="expected p; nothing was changed"):
        destroy.confirm(TARGET, given)


def test_without_a_terminal_the_prefix_is_required(terminal):
    terminal("p\n", is_terminal=False)
    with pytest.raises(DeployError, match="PREFIX=p; nothing was changed"):
        destroy.confirm(TARGET, None)
