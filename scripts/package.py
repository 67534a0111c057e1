"""Build the Lambda zips: `python -m scripts.package` -> build/functions/<function>.zip.

Builds are reproducible, so that Terraform detects only real changes. Files are not compressed,
because the result would depend on the zlib of the machine.
"""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FUNCTIONS = ROOT / "functions"
TARGET = ROOT / "build" / "functions"
COMMON = "common"
# Files besides Python, by function: path in the zip and source.
DATA = {"notifier": {"notifier/runbook.md": ROOT / "docs" / "runbook.md"}}
DATE = (1980, 1, 1, 0, 0, 0)  # the earliest in a zip
MODE = 0o644 << 16


def main(target: Path = TARGET) -> None:
    """Write the zips that changed; remove those of deleted functions."""
    target.mkdir(parents=True, exist_ok=True)
    names = sorted(file.parent.name for file in FUNCTIONS.glob("*/handler.py"))
    changed = [name for name in names if _write(target / f"{name}.zip", build(name))]
    for stale in target.glob("*.zip"):
        if stale.stem not in names:
            stale.unlink()
    print(f"package: {len(names)} functions in {target}, {len(changed)} changed")


def build(name: str) -> bytes:
    """Return the zip of one function: `common` and its folder, both at the root."""
    folders = (FUNCTIONS / COMMON, FUNCTIONS / name)
    files = [file for folder in folders for file in folder.rglob("*.py")]
    found = {file.relative_to(FUNCTIONS).as_posix(): file for file in files} | DATA.get(name, {})
    order = sorted(found, key=lambda path: (not path.startswith(f"{COMMON}/"), path))
    return reproducible_zip({path: found[path] for path in order})


def reproducible_zip(files: Mapping[str, Path]) -> bytes:
    """Return a zip of files by their path in it; the same content results in the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path, file in files.items():
            entry = zipfile.ZipInfo(path, DATE)
            entry.external_attr, entry.create_system = MODE, 3
            archive.writestr(entry, file.read_bytes())
    return buffer.getvalue()


def _write(file: Path, content: bytes) -> bool:
    if file.is_file() and file.read_bytes() == content:
        return False
    file.write_bytes(content)
    return True


if __name__ == "__main__":
    main()
