"""What `terraform apply` created in the local AWS, kept for the next demo with the same code.

The provider waits a minute for services to settle, as they need to on AWS. The files are the saved
state of the local AWS and that of Terraform, with a digest of everything that they follow from.
"""

import hashlib
import json
import shutil
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
# The code that is applied, and the AWS to which.
SOURCES = (
    "build/functions/*.zip",
    "local/**/*.py",
    "requirements.lock",
    "sagemaker_pipelines/**/*.json",
    "terraform/**/*.tf",
    "terraform/**/*.json",
    "terraform/.terraform.lock.hcl",
)
SAVED = ("state", "terraform.tfstate")


class Applied:
    """A folder with the applied state."""

    def __init__(self, folder: Path, root: Path = ROOT) -> None:
        self._folder, self._root, self._digest = folder, root, ""

    def identify(self, settings: Mapping[str, Any]) -> None:
        """Derive the digest from these settings and the code."""
        found = hashlib.sha256(json.dumps(settings, sort_keys=True, default=str).encode())
        for path in self._sources():
            found.update(f"{path.relative_to(self._root)}\0".encode())
            found.update(hashlib.sha256(path.read_bytes()).digest())
        self._digest = found.hexdigest()

    def restore(self, home: Path) -> int | None:
        """Copy a state with the same digest into a home; return the port that its URLs have.

        None if there is no such state, or if the port is in use.
        """
        try:
            record = json.loads((self._folder / "record.json").read_text())
            if record["digest"] != self._digest or not _is_free(record["port"]):
                return None
            home.mkdir(parents=True, exist_ok=True)
            self._copy(self._folder, home)
        except (OSError, ValueError, KeyError):  # incomplete
            return None
        return int(record["port"])

    def keep(self, home: Path, port: int) -> None:
        """Copy the state of a home, in place of an earlier one."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        self._copy(home, self._folder)
        record = {"digest": self._digest, "port": port}
        (self._folder / "record.json").write_text(json.dumps(record))  # last: it is complete

    def _sources(self) -> Iterator[Path]:
        for pattern in SOURCES:
            yield from sorted(self._root.glob(pattern))

    @staticmethod
    def _copy(source: Path, target: Path) -> None:
        for name in SAVED:
            if (source / name).is_dir():
                shutil.copytree(source / name, target / name)
            else:
                shutil.copy(source / name, target / name)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
