"""Build the Flink engine's zip: `python -m scripts.flink_package` -> build/flink/streaming.zip.

Managed Service for Apache Flink reads from it main.py, the package `streaming`, the modules of
`common` that it imports, and a jar with the Kinesis connector, which Maven downloads once
(streaming/pom.xml); its checksum is in downloads.lock.json.
"""

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from scripts import downloads
from scripts.package import ROOT, reproducible_zip

STREAMING, COMMON = ROOT / "streaming", ROOT / "functions" / "common"
COMMON_MODULES = ("errors", "transaction")
JAR = STREAMING / "target" / "pyflink-dependencies.jar"
TARGET = ROOT / "build" / "flink" / "streaming.zip"
CONNECTOR = "META-INF/services/org.apache.flink.table.factories.Factory"
# Paths in the zip; the property group `kinesis.analytics.flink.run.options` names them.
MAIN, PACKAGES, LIBRARY = "main.py", "python/", "lib/pyflink-dependencies.jar"


class PackageError(RuntimeError):
    """There is no usable jar; the message is for the user."""


def main(jar: Path = JAR, target: Path = TARGET) -> None:
    """Write the zip; download the jar unless it exists."""
    if not jar.is_file():
        _download()
    check(jar)
    downloads.verify(connector(), downloads.digest_of(jar))
    content = build(jar)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    print(f"flink-package: {target}, {len(content):,} bytes")


def build(jar: Path) -> bytes:
    """Return the zip; the same sources and jar result in the same bytes."""
    check(jar)
    sources = [*STREAMING.glob("*.py"), *(COMMON / f"{name}.py" for name in COMMON_MODULES)]
    modules = {f"{PACKAGES}{file.parent.name}/{file.name}": file for file in sources}
    files = {MAIN: STREAMING / "main.py", **dict(sorted(modules.items())), LIBRARY: jar}
    return reproducible_zip(files)


def check(jar: Path) -> None:
    """Raise PackageError unless the jar has the Kinesis connector."""
    try:
        with zipfile.ZipFile(jar) as archive:
            factories = archive.read(CONNECTOR).decode()
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise PackageError(f"{jar} is not the jar of a Flink connector: {error}") from error
    if "kinesis" not in factories.lower():
        raise PackageError(f"{jar} has no Kinesis connector, only {factories.split()}")


def connector() -> str:
    """Return name and version of the connector's jar."""
    text = (STREAMING / "pom.xml").read_text()
    found = re.search(r"<artifactId>(flink-sql-[^<]+)</artifactId>\s*<version>([^<]+)<", text)
    if not found:
        raise PackageError("streaming/pom.xml: got no flink-sql-… artifact, expected one")
    return ":".join(found.groups())


def _download() -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise PackageError(
            "Maven (mvn) is needed once, for the Kinesis connector: install it, or put the jar "
            f"that streaming/pom.xml names at {JAR}."
        )
    command = [maven, "--batch-mode", "--quiet", "--strict-checksums", "package"]
    if subprocess.run(command, cwd=STREAMING, check=False).returncode or not JAR.is_file():
        raise PackageError("Maven could not download the Kinesis connector: its message is above.")


if __name__ == "__main__":
    try:
        main()
    except (PackageError, downloads.DownloadError) as error:
        sys.exit(str(error))
