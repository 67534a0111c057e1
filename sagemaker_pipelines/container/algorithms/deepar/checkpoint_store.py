"""Checkpoints of a training, from which an interrupted one goes on.

SageMaker copies the folder to S3 at any time, and back before the job starts again; a file appears
under its name only when it is complete, and begins with the SHA-256 of its content, because the
copy may be cut off.
"""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from sagemaker_pipelines.container import log
from sagemaker_pipelines.container.algorithms.deepar.hyperparameters import Hyperparameters
from sagemaker_pipelines.container.series import Series

KEPT = 2  # newest ones: the one before, in case the newest is incomplete in S3
FORMAT = 2  # of the state; another image may have written another one
State = dict[str, Any]  # tensors, numbers and texts, also nested


def fingerprint(series: Sequence[Series], parameters: Hyperparameters) -> str:
    """Return what tells a training with other data or hyperparameters apart."""
    digest = hashlib.sha256(parameters.model_dump_json().encode())
    for one in series:
        digest.update(str((one.start, one.cat)).encode() + one.target.tobytes())
        digest.update(one.dynamic_feat.tobytes())
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """The checkpoints of one training; without a folder there are none."""

    folder: Path | None
    training: str  # its fingerprint

    def save(self, epoch: int, state: State) -> None:
        """Write the state after an epoch, and remove the oldest ones."""
        if self.folder is None:
            return
        buffer = io.BytesIO()
        document = {"format": FORMAT, "training": self.training, "state": state}
        torch.save(document, buffer)
        content = buffer.getvalue()
        self.folder.mkdir(parents=True, exist_ok=True)
        temporary = self.folder / "incomplete"
        temporary.write_bytes(hashlib.sha256(content).digest() + content)
        temporary.replace(self.folder / f"epoch-{epoch:05d}.pt")
        for old in self._files()[KEPT:]:
            old.unlink()

    def newest(self) -> State | None:
        """Return the state of the newest usable checkpoint; the others are named in the log."""
        for file in self._files():
            state, problem = self._read(file)
            if state is not None:
                log.write(f"Checkpoint {file.name}: the training goes on after it")
                return state
            log.write(f"Checkpoint {file.name} is ignored: {problem}")
        return None

    def _files(self) -> list[Path]:
        return sorted(self.folder.glob("epoch-*.pt"), reverse=True) if self.folder else []

    def _read(self, file: Path) -> tuple[State | None, str]:
        """Return the state of a file, or None and why it is unusable."""
        whole = file.read_bytes()
        digest, content = whole[:32], whole[32:]
        if hashlib.sha256(content).digest() != digest:
            return None, "it is incomplete"
        document = torch.load(io.BytesIO(content), weights_only=True)
        if document.get("format") != FORMAT:
            return None, "another version of the image wrote it"
        if document["training"] != self.training:
            return None, "its training had other data or hyperparameters"
        return dict(document["state"]), ""
