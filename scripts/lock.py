"""Renew all locks from pyproject.toml (`make lock`).

Every lock has the hashes of all files of a release, so that it installs the same on every machine
and nothing else. PyTorch is the exception, in a file of its own (requirements-torch.txt says why).
`python -m scripts.lock --hashes` keeps the versions and renews only the hashes.
"""

import json
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = "requirements.lock"
IMAGES = (
    "functions/predict/requirements.txt",
    "poller/requirements.txt",
    "sagemaker_pipelines/container/requirements.txt",
)
TORCH, WITHOUT_HASHES = "torch", "requirements-torch.txt"
# Environments of their own, because demo and tests need nothing of them: lock -> group.
SEPARATE = {
    "requirements-browser.lock": "browser",
    "requirements-checks.lock": "checks",
    "requirements-docs.lock": "docs",
    "requirements-lint.lock": "lint",
    "requirements-mlflow.lock": "mlflow",
    "streaming/requirements.txt": "flink",
}
Pins = dict[str, str]  # normalized name -> "name==version"


def main(*, only_hashes: bool) -> None:
    """Write every lock."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    common = [*project["build-system"]["requires"], *project["project"]["dependencies"]]
    common += [p for name, g in groups.items() if name not in SEPARATE.values() for p in g]
    known = pins(LOCK) | pins(WITHOUT_HASHES)
    versions = known if only_hashes else _resolved(common)
    _write(WITHOUT_HASHES, [versions[TORCH]])
    hashed = {name: pin for name, pin in versions.items() if name != TORCH}
    _write(LOCK, _hashed(hashed.values()))
    for image in IMAGES:
        _write(image, _hashed(hashed[name] for name in pins(image)))
    for lock, group in SEPARATE.items():
        chosen = pins(lock).values() if only_hashes else _separate(groups[group])
        _write(lock, _hashed(chosen))


def pins(file: str) -> Pins:
    """Return the pins of a lock."""
    lines = (ROOT / file).read_text().splitlines()
    found = [line.removesuffix("\\").strip() for line in lines if "==" in line and line[0] != "#"]
    return {_normal(pin.partition("==")[0]): pin for pin in found}


def _resolved(requirements: list[str]) -> Pins:
    """Return the pins of all packages that the requirements need on this machine."""
    with tempfile.NamedTemporaryFile() as report:
        options = ["--dry-run", "--ignore-installed", "--quiet", "--report", report.name]
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install"]
        subprocess.run([*pip, *options, *requirements], check=True)
        installs = json.loads(Path(report.name).read_bytes())["install"]
    found = [(item["metadata"]["name"], item["metadata"]["version"]) for item in installs]
    # Without the local version: torch's CPU build is 2.13.0+cpu.
    return {_normal(name): f"{name}=={version.partition('+')[0]}" for name, version in found}


def _separate(requirements: list[str]) -> Iterable[str]:
    """Return the pins of an environment of its own, for Python 3.11."""
    lines = _uv(requirements, "--python-version", "3.11")
    return [line for line in lines if "==" in line]


def _hashed(chosen: Iterable[str]) -> list[str]:
    """Return pins with the hashes of all their files, sorted by name."""
    return _uv(sorted(chosen, key=str.lower), "--no-deps", "--generate-hashes")


def _uv(requirements: Iterable[str], *options: str) -> list[str]:
    command = ["uv", "pip", "compile", "--quiet", "--no-header", "--no-annotate", *options, "-"]
    text = "\n".join(requirements)
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed: {done.stderr}")
    return done.stdout.splitlines()


def _write(file: str, lines: list[str]) -> None:
    comments = [line for line in (ROOT / file).read_text().splitlines() if line[:1] == "#"]
    (ROOT / file).write_text("\n".join([*comments, *lines]) + "\n")
    print(f"{file}: {sum('==' in line for line in lines)} packages")


def _normal(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


if __name__ == "__main__":
    main(only_hashes="--hashes" in sys.argv[1:])
