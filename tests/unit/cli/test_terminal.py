"""Output in any encoding, with and without a terminal; start-up; completion."""

import json
import os
import pty
import subprocess
import sys

import pytest

from cli import terminal
from cli.checkpoint import BATCH_SIZE, Checkpoint
from cli.commands import audit, replay
from cli.main import main

MAIN = [sys.executable, "-m", "cli.main"]
BODY = """
from rich.console import Group
from cli import terminal
terminal.configure_streams()
terminal.print_body(terminal.table("③ minutes – 1 → 2", [("①", None, "ALARM"), ("é", "…", "[x]")]))
terminal.note("⑧ done")
"""


def run(*command, **environment):
    """Run a program with these environment variables."""
    env = {**os.environ, "AWS_EC2_METADATA_DISABLED": "true", **environment}
    return subprocess.run(command, env=env, capture_output=True, check=False)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp437", "utf-8"])
def test_output_is_valid_in_every_encoding(encoding):
    done = run(sys.executable, "-c", BODY, PYTHONIOENCODING=encoding, LC_ALL="C")
    assert done.returncode == 0, done.stderr
    lines = [line.rstrip() for line in done.stdout.decode(encoding).splitlines()]
    if encoding == "ascii":
        assert lines == ["3 minutes - 1 -> 2", "  1  -  ALARM", "  ?  ...  [x]"]
        assert done.stderr.decode() == "8 done\n"
    if encoding == "utf-8":
        assert lines == ["③ minutes – 1 → 2", "  ①  –  ALARM", "  é  …  [x]"]


@pytest.mark.parametrize("command", [[], ["status"], ["audit"]], ids=["", "status", "audit"])
def test_help_is_valid_ascii(command):
    done = run(*MAIN, *command, "--help", PYTHONIOENCODING="ascii", LC_ALL="C")
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"Usage: evergreen" in done.stdout


def test_help_imports_nothing_heavy():
    program = (
        "import sys; from cli.main import main; main(['--help']); "
        "sys.exit(str(sorted({'boto3', 'botocore.session', 'duckdb', 'pandas', 'pyarrow', "
        "'pydantic'} & set(sys.modules)))"
        ")"
    )
    assert run(sys.executable, "-c", program).stderr == b"[]\n"


def test_completion_of_commands_and_options():
    completion = {"_EVERGREEN_COMPLETE": "complete_bash", "COMP_CWORD": "1"}
    done = run(*MAIN, **completion, COMP_WORDS="evergreen re")
    assert done.stdout.decode().split() == ["reject", "retrain", "replay", "resume"]
    completion["COMP_CWORD"] = "2"
    done = run(*MAIN, **completion, COMP_WORDS="evergreen audit --la")
    assert done.stdout.decode().split() == ["--late-days"]


def in_terminal(program, **environment):
    """Run a program on a pseudo-terminal and return its output."""
    controller, terminal = pty.openpty()
    env = {**os.environ, "COLUMNS": "80", **environment}
    for name in {"NO_COLOR", "FORCE_COLOR"} - environment.keys():
        env.pop(name, None)
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, env=env, stdout=terminal, stderr=terminal) as process:
        os.close(terminal)
        written = b""
        try:
            while data := os.read(controller, 4096):
                written += data
        except OSError:  # the end, on Linux
            pass
    os.close(controller)
    assert process.returncode == 0, written
    return written.decode()


def test_states_have_colors_on_a_terminal_and_none_without_color():
    assert "\x1b[1;31mALARM" in in_terminal(BODY, TERM="xterm-256color")
    assert "\x1b[1;31m" not in in_terminal(BODY, TERM="xterm-256color", NO_COLOR="1")
    assert "\x1b" not in in_terminal(BODY, TERM="dumb")


BAR = """
from cli import terminal
with terminal.progress_bar("replay", 2) as update:
    update(advance=2)
"""


def test_progress_bar_is_shown_on_a_terminal_only():
    assert "2/2" in in_terminal(BAR, TERM="xterm-256color")
    done = run(sys.executable, "-c", BAR)
    assert (done.stdout, done.stderr) == (b"", b"")


def test_interrupted_operation_resumes(deployment, capsys):
    s3, keys = deployment.clients("s3"), [f"{n:03}" for n in range(2 * BATCH_SIZE + 5)]
    batches = Checkpoint(s3, deployment.bucket, "replay-x").batches(keys)
    next(batches)
    assert next(batches)[0] == f"{BATCH_SIZE:03}"
    batches.close()
    checkpoint = Checkpoint(s3, deployment.bucket, "replay-x")
    assert [key for batch in checkpoint.batches(keys) for key in batch] == keys[BATCH_SIZE:]
    assert checkpoint.resumed
    expected = (
        f"resuming: {BATCH_SIZE} of {len(keys)} objects were done, up to {BATCH_SIZE - 1:03}"
    )
    assert capsys.readouterr().err == f"{expected}\n"
    again = Checkpoint(s3, deployment.bucket, "replay-x")
    assert [key for batch in again.batches(keys) for key in batch] == keys
    assert not again.resumed


@pytest.mark.parametrize(("name", "hint"), [("replay", True), ("audit", False)])
def test_ctrl_c_prints_how_to_resume(deployment, monkeypatch, capsys, name, hint):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(replay, "raw_keys", interrupt)
    monkeypatch.setattr(audit.archive_objects, "raw_keys", interrupt)
    arguments = [name, "--from", "2024-10-10", "--to", "2024-10-11", "--json"]
    assert main(arguments, deployment.connect) == 130
    message = "stopped; run the same command again to resume" if hint else "stopped"
    printed = capsys.readouterr()
    assert printed.err.endswith(f"evergreen: {message}\n")
    assert json.loads(printed.out) == {"error": message}


def test_unknown_characters_are_replaced():
    error = UnicodeEncodeError("ascii", "①☃→", 0, 3, "")
    assert terminal._in_ascii(error) == ("1?->", 3)
