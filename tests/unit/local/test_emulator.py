"""Access to MiniStack: clear errors for missing names, no side effects of other modules."""

import os
import subprocess
import sys
from importlib.metadata import version

import pytest

from local import emulator


@pytest.mark.parametrize("name", [("services.sqs", "_missing"), ("services.missing", "_queues")])
def test_missing_name_is_reported_with_the_installed_version(name):
    expected = f"MiniStack {version('ministack')} has no {'.'.join(name)}"
    with pytest.raises(emulator.EmulatorError, match=expected):
        emulator.find(*name)


def test_hook_replaces_and_wraps_a_function_also_in_its_table(monkeypatch):
    ecs = emulator.module("services.ecs")
    monkeypatch.setattr(ecs, "_run_task", ecs._run_task)
    monkeypatch.setitem(ecs._ACTION_MAP, "RunTask", ecs._ACTION_MAP["RunTask"])
    hook = emulator.Hook("services.ecs", "_run_task", "_ACTION_MAP", "RunTask")
    hook.replace(lambda _: 1)
    hook.wrap(lambda current: lambda data: current(data) + 1)
    assert ecs._run_task({}) == ecs._ACTION_MAP["RunTask"]({}) == 2
    assert hook.original is not ecs._run_task


@pytest.mark.parametrize("module", ["processes", "lifecycle", "emulator", "server.serve"])
def test_import_without_the_emulator_leaves_the_environment_unchanged(module):
    code = (
        "import os, sys; before = dict(os.environ); "
        f"import local.{module}; "
        "assert dict(os.environ) == before; assert 'ministack' not in sys.modules"
    )
    environment = {k: v for k, v in os.environ.items() if not k.startswith("COV_")}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
