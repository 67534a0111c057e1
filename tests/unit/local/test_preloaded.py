"""Programs of jobs as forks: they behave as programs that an interpreter has started."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from textwrap import dedent

import pytest

from local import preloaded

Program = Callable[..., preloaded.Fork]


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Program:
    """Return a function that starts the module with this source."""
    monkeypatch.setattr(preloaded, "_context", None)
    monkeypatch.setattr(preloaded, "LIBRARIES", ("numpy",))
    preloaded.start()

    def start(source: str, *arguments: str, **variables: str) -> preloaded.Fork:
        if not (file := tmp_path / "program.py").exists():  # others may be reading it
            file.write_text(dedent(source))
        argv = [sys.executable, "-m", "program", *arguments]
        assert preloaded.can_run(argv)
        return preloaded.Fork(argv, {"PATH": os.environ["PATH"], **variables}, tmp_path)

    return start


def output(fork: preloaded.Fork) -> list[str]:
    """Return the lines that a program writes until it ends."""
    with fork.stdout:
        return fork.stdout.read().decode().splitlines()


def test_arguments_environment_folder_and_group(program: Program, tmp_path: Path) -> None:
    source = """
        import os, sys
        print(__name__, sys.argv[1:], os.environ["NAME"], "HOME" in os.environ)
        print(os.getcwd(), sys.path[:2], os.getpgid(0) == os.getpid())
        print("näher", file=sys.stderr)
    """
    fork = program(source, "--one", "two", NAME="value", PYTHONPATH="/more")
    assert output(fork) == [
        "__main__ ['--one', 'two'] value False",
        f"{tmp_path} {[str(tmp_path), '/more']} True",
        "näher",
    ]
    assert fork.wait(10) == fork.poll() == 0


def test_nothing_of_ours_is_imported_before(program: Program) -> None:
    source = """
        import sys
        print(*sorted(sys.modules))
    """
    [names] = output(program(source))
    ours = {"local.preloaded", "local"}
    packages = {"cli", "common", "demo", "local", "poller", "sagemaker_pipelines", "scripts"}
    assert "numpy" in names.split()
    assert {name for name in names.split() if name.partition(".")[0] in packages} == ours


@pytest.mark.parametrize(
    ("source", "code", "lines"),
    [
        ("raise SystemExit(3)", 3, []),
        ("raise SystemExit('failed: no data')", 1, ["failed: no data"]),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", -signal.SIGTERM, []),
        ("import atexit; atexit.register(print, 'at the end')", 0, ["at the end"]),
    ],
)
def test_exit_code(program: Program, source: str, code: int, lines: list[str]) -> None:
    fork = program(source)
    assert output(fork) == lines
    assert fork.wait(10) == code


def test_traceback_of_an_error(program: Program) -> None:
    fork = program("raise ValueError('a value')")
    assert output(fork)[-1] == "ValueError: a value"
    assert fork.wait(10) == 1


def test_running_until_killed(program: Program) -> None:
    fork = program("print('ready'); import signal; signal.pause()")
    assert fork.stdout.readline() == b"ready\n"
    assert fork.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        fork.wait(0)
    fork.kill()
    assert output(fork) == []
    assert fork.wait(10) == -signal.SIGKILL


def test_each_of_many_has_its_own_exit_code_and_random_numbers(program: Program) -> None:
    source = """
        import sys, numpy
        print(numpy.random.random())
        sys.exit(int(sys.argv[1]))
    """
    count = 24
    forks = [program(source, "0")]
    with ThreadPoolExecutor(8) as pool:
        forks += pool.map(lambda number: program(source, str(number)), range(1, count))
    assert [fork.wait(30) for fork in forks] == list(range(count))
    assert len({line for fork in forks for line in output(fork)}) == count


def test_other_programs_are_not_forks(
    program: Program,
) -> None:
    assert not preloaded.can_run([sys.executable, "-P", "bootstrap.py"])
    assert not preloaded.can_run(["/bin/sh", "-m", "program"])


def test_only_after_start() -> None:
    assert not preloaded.can_run([sys.executable, "-m", "program"])
