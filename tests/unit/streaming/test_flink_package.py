"""The zip for Managed Service for Apache Flink."""

import io
import json
import os
import re
import subprocess
import sys
import zipfile

import pytest

from scripts import downloads, flink_package


@pytest.fixture
def jar(tmp_path, monkeypatch):
    monkeypatch.setattr(downloads, "LOCK", tmp_path / "downloads.lock.json")
    return factories(
        tmp_path, "org.apache.flink.connector.kinesis.table.KinesisDynamicTableFactory"
    )


def factories(folder, text):
    file = folder / "some.jar"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(flink_package.CONNECTOR, text)
    return file


def test_zip_has_entry_point_packages_and_one_jar(jar):
    entries = zipfile.ZipFile(io.BytesIO(flink_package.build(jar))).infolist()
    modules = sorted(file.name for file in flink_package.STREAMING.glob("*.py"))
    assert [entry.filename for entry in entries] == [
        "main.py",
        *(f"python/common/{name}.py" for name in flink_package.COMMON_MODULES),
        *(f"python/streaming/{name}" for name in modules),
        "lib/pyflink-dependencies.jar",
    ]
    assert "job.py" in modules
    assert {(entry.date_time, entry.external_attr >> 16) for entry in entries} == {
        ((1980, 1, 1, 0, 0, 0), 0o644)
    }


def test_packages_in_the_zip_can_be_imported(jar, tmp_path):
    zipfile.ZipFile(io.BytesIO(flink_package.build(jar))).extractall(tmp_path)
    modules = "streaming.properties, streaming.queries, streaming.tables"  # job needs PyFlink
    code = f"import sys; sys.path.insert(0, 'python'); import {modules}"
    argv = [sys.executable, "-I", "-S", "-c", code]
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_same_content_has_the_same_bytes(jar):
    before = flink_package.build(jar)
    os.utime(jar, (10**9, 10**9))
    assert flink_package.build(jar) == before


def test_zip_is_written_where_terraform_looks(jar, tmp_path, capsys):
    target = tmp_path / "build" / "streaming.zip"
    flink_package.main(jar, target)
    assert target.read_bytes() == flink_package.build(jar)
    assert str(target) in capsys.readouterr().out


def test_first_jar_is_recorded_and_another_one_refused(jar, tmp_path):
    flink_package.main(jar, tmp_path / "streaming.zip")
    (name,) = json.loads(downloads.LOCK.read_text())
    assert re.fullmatch(r"flink-sql-connector-aws-kinesis-streams:\d\S+", name)
    flink_package.main(jar, tmp_path / "streaming.zip")
    with zipfile.ZipFile(jar, "a") as archive:
        archive.writestr("more", "")
    with pytest.raises(downloads.DownloadError, match=f"{name}: got sha256:.*, expected sha256:"):
        flink_package.main(jar, tmp_path / "other.zip")
    assert not (tmp_path / "other.zip").exists()


def test_jar_without_the_connector_is_rejected(tmp_path):
    with pytest.raises(flink_package.PackageError, match="no Kinesis connector"):
        flink_package.build(factories(tmp_path, "org.apache.flink.connector.file.Factory"))


@pytest.mark.parametrize("content", [b"", b"not a zip", None])
def test_other_files_are_rejected(tmp_path, content):
    file = tmp_path / "some.jar"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(flink_package.PackageError, match="is not the jar of a Flink connector"):
        flink_package.check(file)


def test_missing_maven_is_explained(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(flink_package.PackageError, match="install it, or put the jar"):
        flink_package.main(tmp_path / "none.jar", tmp_path / "none.zip")
