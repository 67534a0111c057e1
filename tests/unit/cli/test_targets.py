"""Commands reach only the AWS that they print."""

import io
import json
from datetime import UTC, datetime

import pytest

from cli import target
from cli.connection import Connection
from cli.errors import CommandError
from cli.main import main
from tests.unit.cli.conftest import ACCOUNT, REGION

LOCAL = "http://127.0.0.1:4566"
CHANGES = [
    ["approve"],
    ["reject"],
    ["retrain"],
    ["replay", "--from", "2024-10-10", "--to", "2024-10-11"],
    ["backfill", "--from", "2024-10-10", "--to", "2024-10-11"],
]
for_each_command = pytest.mark.parametrize("command", CHANGES, ids=lambda command: command[0])
for_each_setting = pytest.mark.parametrize("name", target.AWS_SETTINGS)


@pytest.fixture
def local_aws(tmp_path):
    """A local AWS that was started with `make up`; the current directory is another one."""
    target.LOCAL_HOME.mkdir()
    (target.LOCAL_HOME / "server.json").write_text(json.dumps({"endpoint_url": LOCAL}))


@pytest.fixture
def account(deployment):
    """Return a `connect` for the AWS account of the credentials."""

    def connect(chosen, prefix):
        return Connection(
            deployment.clients, prefix, ACCOUNT, REGION, deployment.connection.now, chosen
        )

    return connect


@pytest.fixture
def terminal(monkeypatch):
    """Return a function that types text on a terminal."""

    def type_text(text):
        stdin = io.StringIO(text)
        stdin.isatty = lambda: True
        monkeypatch.setattr("sys.stdin", stdin)

    return type_text


@for_each_setting
def test_running_local_aws_is_chosen_in_any_directory(local_aws, monkeypatch, name):
    monkeypatch.setenv(name, "https://example.com")
    assert target.choose(None, None) == target.Target(LOCAL, (name,))


def test_environment_of_evergreen_env_names_the_local_aws(local_aws, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://localhost:4566/")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    assert target.choose(None, None) == target.Target(LOCAL)


def test_another_endpoint_is_ambiguous(local_aws, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://localhost:9999")
    assert target.choose(None, None).conflicts == ("AWS_ENDPOINT_URL",)


def test_named_target_is_unambiguous(local_aws, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a-key")
    assert target.choose(None, "local") == target.Target(LOCAL)
    assert target.choose(target.LOCAL_HOME, None) == target.Target(LOCAL)
    assert target.choose(None, "aws") == target.Target()


def test_without_local_aws_the_credentials_or_the_endpoint_decide(monkeypatch):
    assert not target.choose(None, None).is_local
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://localhost:9999")
    assert target.choose(None, None).is_local
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://vpce-1.execute-api.amazonaws.com")
    assert not target.choose(None, None).is_local


def test_contradicting_options_are_rejected(tmp_path):
    with pytest.raises(CommandError, match="--home names a local AWS") as raised:
        target.choose(tmp_path, "aws")
    assert raised.value.code == 2


def test_unknown_target_is_a_usage_error(capsys):
    assert main(["status", "--target", "moon"]) == 2
    assert "--target: got 'moon', expected one of local, aws" in capsys.readouterr().err


@for_each_command
@for_each_setting
def test_change_of_an_ambiguous_target_is_rejected_before_any_call(
    local_aws, monkeypatch, capsys, command, name
):
    def connect(chosen, prefix):
        return Connection(None, prefix, ACCOUNT, REGION, datetime.now(UTC), chosen)

    monkeypatch.setenv(name, "https://example.com")
    assert main([*command, "--yes"], connect) == 2
    assert f"{name} is set: name the one to change" in capsys.readouterr().err


def test_reading_an_ambiguous_target_names_it(deployment, local_aws, capsys):
    assert main(["history", "--json"], deployment.connect) == 0
    printed = capsys.readouterr()
    assert printed.err.startswith(f"local AWS at http://127.0.0.1:1, account {ACCOUNT}, region")
    json.loads(printed.out)


@for_each_command
def test_account_is_not_changed_without_terminal_and_without_yes(
    account, monkeypatch, capsys, command
):
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    assert main(command, account) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"AWS, account {ACCOUNT}, region {REGION}, prefix evergreen\n")
    assert "confirm it with --yes" in error


@pytest.mark.parametrize("answer", ["", "\n", "n\n", "no\n"])
def test_account_is_not_changed_without_confirmation(
    account, deployment, terminal, capsys, answer
):
    deployment.package()
    terminal(answer)
    assert main(["approve"], account) == 1
    error = capsys.readouterr().err
    assert f"This changes AWS account {ACCOUNT}. Continue? [y/N]" in error
    assert error.endswith("evergreen: nothing was changed\n")


def test_account_is_changed_after_confirmation(account, deployment, terminal, capsys):
    deployment.package()
    terminal("y\n")
    assert main(["approve"], account) == 0
    assert capsys.readouterr().out == "⑤ approved model 1 for staging.\n"


def test_option_yes_replaces_the_confirmation(account, deployment, capsys):
    deployment.package()
    assert main(["approve", "--yes"], account) == 0


def test_env_requires_the_local_aws(account, deployment, capsys):
    assert main(["env"], account) == 2
    assert main(["env"], deployment.connect) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "export AWS_ENDPOINT_URL=http://127.0.0.1:1"
    assert "export EVENT_BUS_NAME=evergreen" in lines
    assert lines[-1].startswith("unset AWS_PROFILE ")
