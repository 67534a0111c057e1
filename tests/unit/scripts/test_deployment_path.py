"""`make deploy` is independent of the emulator: imports and environment."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli import root_modules
from scripts.deploy.target import Target
from scripts.deploy.workspace import Workspace

ROOT = Path(__file__).resolve().parents[3]
ENTRIES = [
    *("scripts.deploy.__main__", "scripts.deploy.destroy"),
    *("scripts.images", "scripts.package", "scripts.terraform"),
]
EMULATOR = {"local", "ministack", "demo"}
VARIABLES = ("AWS_ENDPOINT_URL", "DOCKER_HOST", "LOG_LEVEL", "MINISTACK_HOST", "BIND_HOST")


def imports(module):
    """Return the modules that a module imports anywhere."""
    found = set()
    for node in ast.walk(ast.parse((ROOT / f"{module.replace('.', '/')}.py").read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *[f"{node.module}.{alias.name}" for alias in node.names]}
    return found


@pytest.mark.parametrize("entry", ENTRIES)
def test_deployment_path_imports_nothing_of_the_emulator(entry):
    reached, pending = set(), {entry}
    while pending:
        module = pending.pop()
        reached.add(module)
        found = imports(module)
        assert not {name for name in found if name.split(".")[0] in EMULATOR}, module
        internal = {name for name in found if (ROOT / f"{name.replace('.', '/')}.py").is_file()}
        pending |= internal - reached


def test_importing_the_deployment_path_changes_no_variable():
    program = (
        "import json, os, sys; before = dict(os.environ); import scripts.deploy.__main__; "
        "print(json.dumps([sorted(m for m in sys.modules if m.split('.')[0] == 'local'), "
        "before == dict(os.environ)]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == [[], True]


def test_terraform_gets_the_environment_of_the_shell(tmp_path, monkeypatch):
    """The exceptions: the region of the target, a CLI configuration file that does not exist."""
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
    monkeypatch.delenv("TF_CLI_CONFIG_FILE", raising=False)
    shell = dict(os.environ)
    target = Target(
        "123456789012", "eu-west-2", {"prefix": "first"}, "abc123", folder=tmp_path / "home"
    )
    workspace = Workspace(target)
    workspace.prepare()
    workspace.apply()
    calls = [json.loads(line) for line in log.read_text().splitlines()]
    (environment,) = [env for arguments, env in calls if arguments[0] == "apply"]
    # Python's own start-up may add the character type of the locale.
    ignored = {"AWS_REGION", "LC_CTYPE"}
    assert environment["AWS_REGION"] == "eu-west-2"
    assert {k: v for k, v in environment.items() if k not in ignored} == {
        k: v for k, v in shell.items() if k not in ignored
    }
    assert not set(VARIABLES) & set(environment)
    (backend,) = [arguments for arguments, _ in calls if arguments[0] == "init"]
    assert {
        "-backend-config=bucket=evergreen-terraform-123456789012-eu-west-2",
        "-backend-config=key=first/terraform.tfstate",
        "-backend-config=region=eu-west-2",
        "-backend-config=use_lockfile=true",
    } <= set(backend)
    assert (workspace.folder / "backend.tf").is_file()
    assert not (ROOT / "terraform" / "backend.tf").exists()


def test_workspace_of_a_tabular_model_has_the_paths_of_its_root_module(tmp_path, monkeypatch):
    tool, log = tmp_path / "terraform", tmp_path / "log"
    tool.write_text(
        f"#!{sys.executable}\n"
        "import json, os, sys\n"
        "print(json.dumps({'terraform_version': '99.0.0'}))\n"
        f"open({str(log)!r}, 'a').write(json.dumps(os.environ.get('TF_VAR_model')) + '\\n')\n"
    )
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    root = root_modules.find("abalone")
    place = ("123456789012", "eu-west-2", {"prefix": "abalone"}, "abc123")
    workspace = Workspace(Target(*place, folder=tmp_path / "home", root=root))
    for _ in range(2):  # the second time, the links are there
        workspace.prepare()
        main = workspace.folder / "main.tf"
        assert main.resolve() == root.folder / "main.tf"
        for path in ("../modules/train", "../../sagemaker_pipelines/abalone", "../../build"):
            assert (workspace.folder / path).resolve() == (root.folder / path).resolve()
    assert json.loads(log.read_text().splitlines()[-1]) == "abalone"
