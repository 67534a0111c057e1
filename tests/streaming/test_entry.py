"""② Starting the job from the zip, and with the properties of AWS."""

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pyflink
import pytest

from scripts import flink_package
from scripts.flink_local import MAX_SECONDS, ROOT, Job
from tests.support import irregular_stream

pytestmark = [
    pytest.mark.flink,
    pytest.mark.filterwarnings("ignore"),  # of imports in pyflink
]

FLINK = Path(pyflink.__file__).parent / "bin" / "flink"
AWS = ROOT / "terraform/modules/flink/tests/application_properties.json"


def started(command, folder, properties):
    return subprocess.run(
        [*map(str, command)],
        check=False,
        cwd=folder,
        env={
            **{name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
            "APP_PROPERTIES": str(properties),
            "JAVA_TOOL_OPTIONS": "-Xmx512m",
        },
        capture_output=True,
        text=True,
        timeout=MAX_SECONDS,
    )


def unpacked(folder):
    jar = folder / "connector.jar"
    with zipfile.ZipFile(jar, "w") as archive:
        archive.writestr(flink_package.CONNECTOR, "kinesis")
    zipfile.ZipFile(io.BytesIO(flink_package.build(jar))).extractall(folder / "zip")
    return folder / "zip"


def test_job_starts_from_the_zip_with_flink_run(tmp_path):
    job = Job(tmp_path / "job")
    job.feed(
        "1", [irregular_stream.event({"hash": "a", "time": irregular_stream.START, "fee": 5})]
    )
    command = [FLINK, "run", "--target", "local", "-pyclientexec", sys.executable]
    command += ["-py", flink_package.MAIN, "-pyfs", flink_package.PACKAGES]
    done = started(command, unpacked(tmp_path), job.configured())
    assert done.returncode == 0, done.stdout + done.stderr
    assert [row["total_fee_1min"] for row in job.written("minutes")] == [5]


def test_without_the_connector_jar_only_the_connector_is_missing(tmp_path):
    groups = json.loads(AWS.read_text())
    assert {one["PropertyMap"].get("connector") for one in groups} == {None, "kinesis"}
    folder = unpacked(tmp_path)
    (folder / "main.py").rename(folder / "python" / "main.py")
    done = started([sys.executable, "-W", "ignore", "python/main.py"], folder, AWS)
    assert done.returncode
    assert "Could not find any factory for identifier 'kinesis'" in done.stderr
