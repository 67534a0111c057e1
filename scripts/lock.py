"""Renew requirements.lock from pyproject.toml, and the pins of the images (`make lock`)."""

import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
IMAGES = ("poller/requirements.txt", "sagemaker_pipelines/container/requirements.txt")


def main() -> None:
    """Resolve all dependency groups together and write the versions."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = [*project["build-system"]["requires"], *project["project"]["dependencies"]]
    wanted += [package for group in project["dependency-groups"].values() for package in group]
    versions = _resolve(wanted)
    for file in (LOCK, *(ROOT / image for image in IMAGES)):
        lines = file.read_text().splitlines()
        comments = [line for line in lines if line.startswith("#")]
        pinned = {line.partition("==")[0] for line in lines if "==" in line}
        names = sorted(versions if file == LOCK else pinned, key=_normal)
        by_name = {_normal(name): pin for name, pin in versions.items()}
        pins = [by_name[_normal(name)] for name in names]
        file.write_text("\n".join([*comments, *pins]) + "\n")
        print(f"{file.relative_to(ROOT)}: {len(pins)} packages")


def _resolve(requirements: list[str]) -> dict[str, str]:
    """Return "name==version" of all packages that the requirements need, by name."""
    with tempfile.NamedTemporaryFile() as report:
        options = ["--dry-run", "--ignore-installed", "--quiet", "--report", report.name]
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install"]
        subprocess.run([*pip, *options, *requirements], check=True)
        installs = json.loads(Path(report.name).read_bytes())["install"]
    found = [(item["metadata"]["name"], item["metadata"]["version"]) for item in installs]
    # Without the local part: torch's CPU build is 2.13.0+cpu.
    return {name: f"{name}=={version.partition('+')[0]}" for name, version in found}


def _normal(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


if __name__ == "__main__":
    main()
