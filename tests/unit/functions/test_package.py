"""The zips that Lambda runs."""

import os
import shutil
import subprocess
import sys
import zipfile
from importlib import metadata

import pytest
from packaging.requirements import Requirement

from scripts import package

# What the functions may import besides their own code: boto3 from the runtime, and Powertools with
# pydantic from the layer.
PACKAGES = ["aws-lambda-powertools", "boto3", "jmespath", "pydantic", "typing-extensions"]
IMPORTS = """
import importlib, sys
packages, code, name = sys.argv[1:]
sys.path[:0] = [code, packages]
handler = importlib.import_module(f"{name}.handler")
assert handler.__file__.startswith(code) and handler.lambda_handler
print(*(module for module in ("pydantic", "numpy", "pandas") if module in sys.modules))
"""
STARTS_FAST = {"feature_writer", "predict", "window_aggregator"}
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
def test_zip_contains_the_function_and_common_in_fixed_order_without_dates(target, name):
    entries = zipfile.ZipFile(target / f"{name}.zip").infolist()
    files = [entry.filename for entry in entries]
    assert files == sorted(files, key=lambda file: (not file.startswith("common/"), file))
    assert {file.split("/")[0] for file in files} == {"common", name}
    assert f"{name}/handler.py" in files
    assert [f for f in files if not f.endswith(".py")] == list(package.DATA.get(name, {}))
    assert {(entry.date_time, entry.external_attr >> 16) for entry in entries} == {
        ((1980, 1, 1, 0, 0, 0), 0o644)
    }


@pytest.fixture(scope="module")
def layer(tmp_path_factory):
    """Link the packages and what they require into a folder."""
    folder, waiting, linked = tmp_path_factory.mktemp("layer"), list(PACKAGES), set()
    while waiting:
        distribution = metadata.distribution(waiting.pop())
        if distribution.name in linked:
            continue
        linked.add(distribution.name)
        for top in {file.parts[0] for file in distribution.files} - {"..", "__pycache__"}:
            (folder / top).symlink_to(distribution.locate_file(top))
        required = map(Requirement, distribution.requires or [])
        waiting += [item.name for item in required if not item.marker or item.marker.evaluate()]
    return folder


@pytest.mark.parametrize("name", NAMES)
def test_handler_is_imported_from_its_zip_with_only_the_layer_and_boto3(
    target, layer, tmp_path, name
):
    zipfile.ZipFile(target / f"{name}.zip").extractall(tmp_path)
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", IMPORTS, layer, tmp_path, name],
        check=False,
        env={"AWS_DEFAULT_REGION": "eu-west-1", "POWERTOOLS_SERVICE_NAME": name},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == ([] if name in STARTS_FAST else ["pydantic"])


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


def test_second_run_writes_nothing_and_removes_zips_of_deleted_functions(target, capsys):
    (target / "gone.zip").write_bytes(b"")
    os.utime(target / f"{NAMES[0]}.zip", (10**9, 10**9))
    package.main(target)
    assert capsys.readouterr().out.endswith("0 changed\n")
    assert (target / f"{NAMES[0]}.zip").stat().st_mtime == 10**9
    assert not (target / "gone.zip").exists()
