"""`make deploy` knows nothing of the emulator: neither its code nor its environment."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import terraform

ROOT = Path(__file__).resolve().parents[3]
EMULATOR = {"local", "ministack", "demo"}
VARIABLES = ("AWS_ENDPOINT_URL", "DOCKER_HOST", "LOG_LEVEL", "MINISTACK_HOST", "BIND_HOST")


def imports(module):
    """Return the modules that a module of ours names in its imports, wherever they are."""
    found = set()
    for node in ast.walk(ast.parse((ROOT / f"{module.replace('.', '/')}.py").read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *[f"{node.module}.{alias.name}" for alias in node.names]}
    return found


@pytest.mark.parametrize("entry", ["scripts.terraform", "scripts.package", "scripts.images"])
def test_deployment_path_imports_nothing_of_the_emulator(entry):
    reached, pending = set(), {entry}
    while pending:
        module = pending.pop()
        reached.add(module)
        found = imports(module)
        assert not {name for name in found if name.split(".")[0] in EMULATOR}, module
        ours = {name for name in found if (ROOT / f"{name.replace('.', '/')}.py").is_file()}
        pending |= ours - reached


def test_importing_the_deployment_path_changes_no_variable():
    program = (
        "import json, os, sys; before = dict(os.environ); import scripts.terraform; "
        "print(json.dumps([sorted(m for m in sys.modules if m.split('.')[0] == 'local'), "
        "before == dict(os.environ)]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == [[], True]


@pytest.mark.parametrize("command", ["deploy", "destroy"])
def test_terraform_gets_the_environment_of_the_shell(tmp_path, monkeypatch, command):
    """With one exception: a CLI configuration that does not exist."""
    tool, log = tmp_path / "terraform", tmp_path / "log"
    tool.write_text(
        f"#!{sys.executable}\n"
        "import json, os, sys\n"
        "print(json.dumps({'terraform_version': '99.0.0'}))\n"
        f"open({str(log)!r}, 'a').write(json.dumps([sys.argv[1:], dict(os.environ)]) + '\\n')\n"
    )
    tool.chmod(0o755)
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("AWS_PROFILE", "mine")
    monkeypatch.setenv("TF_VAR_image_tag", "abc123")  # no git on this PATH
    monkeypatch.delenv("TF_CLI_CONFIG_FILE", raising=False)
    shell = dict(os.environ)
    terraform.main(command)
    calls = [json.loads(line) for line in log.read_text().splitlines()]
    expected = {
        "deploy": ["apply", "-var=image_tag=abc123"],
        "destroy": ["destroy", "-var=image_tag=any"],
    }
    (environment,) = [env for arguments, env in calls if arguments == expected[command]]
    # Python's own start-up may add the character type of the locale.
    assert {k: v for k, v in environment.items() if k != "LC_CTYPE"} == {
        k: v for k, v in shell.items() if k != "LC_CTYPE"
    }
    assert not set(VARIABLES) & set(environment)
