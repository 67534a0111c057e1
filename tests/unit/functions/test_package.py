"""The zips that Lambda gets."""

import os
import shutil
import subprocess
import sys
import zipfile

import pytest

from scripts import package

IMPORTS = """
import importlib, sys
folder, *names = sys.argv[1:]
for name in names:
    sys.path.insert(0, f"{folder}/{name}.zip")
    handler = importlib.import_module(f"{name}.handler")
    assert handler.__file__.startswith(sys.path[0]) and handler.lambda_handler
    for module in [one for one in sys.modules if one.split(".")[0] in {"common", name}]:
        del sys.modules[module]
    del sys.path[0]
"""
NAMES = sorted(file.parent.name for file in package.FUNCTIONS.glob("*/handler.py"))


@pytest.fixture(scope="module")
def target(tmp_path_factory):
    folder = tmp_path_factory.mktemp("functions")
    package.main(folder)
    return folder


def test_every_function_has_a_zip(target):
    assert sorted(file.stem for file in target.iterdir()) == NAMES
    assert "window_aggregator" in NAMES


@pytest.mark.parametrize("name", NAMES)
def test_zip_holds_the_function_and_common_in_order_and_without_dates(target, name):
    entries = zipfile.ZipFile(target / f"{name}.zip").infolist()
    files = [entry.filename for entry in entries]
    assert files == sorted(files, key=lambda file: (not file.startswith("common/"), file))
    assert {file.split("/")[0] for file in files} == {"common", name}
    assert f"{name}/handler.py" in files
    assert all(file.endswith(".py") for file in files)
    assert {(entry.date_time, entry.external_attr >> 16) for entry in entries} == {
        ((1980, 1, 1, 0, 0, 0), 0o644)
    }


def test_handlers_are_imported_each_from_its_zip_alone(target, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", IMPORTS, target, *NAMES],
        check=False,
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_bytes_depend_on_the_content_only(tmp_path, monkeypatch):
    before = package.build("window_aggregator")
    copy = tmp_path / "functions"
    shutil.copytree(package.FUNCTIONS, copy, copy_function=shutil.copyfile)
    (copy / "common" / "__pycache__").mkdir(exist_ok=True)
    (copy / "common" / "__pycache__" / "times.cpython-313.pyc").write_bytes(b"x")
    for file in copy.rglob("*.py"):
        file.chmod(0o600)
        os.utime(file, (10**9, 10**9))
    monkeypatch.setattr(package, "FUNCTIONS", copy)
    assert package.build("window_aggregator") == before


def test_second_run_writes_nothing_and_removes_what_is_gone(target, capsys):
    (target / "gone.zip").write_bytes(b"")
    os.utime(target / f"{NAMES[0]}.zip", (10**9, 10**9))
    package.main(target)
    assert capsys.readouterr().out.endswith("0 changed\n")
    assert (target / f"{NAMES[0]}.zip").stat().st_mtime == 10**9
    assert not (target / "gone.zip").exists()
