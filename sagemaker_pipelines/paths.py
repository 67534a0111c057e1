"""Files of a SageMaker job: `/opt/ml` in a container, another base elsewhere."""

import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from common.decisions import DecisionError
from common.feature_rows import FeatureStoreError


@dataclass(frozen=True, slots=True)
class Paths:
    """The folders of one job below its base."""

    base: Path

    @classmethod
    def from_env(cls) -> "Paths":
        """Read the base from SAGEMAKER_BASE_DIR, as SageMaker's toolkits do."""
        return cls(Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml")))

    @property
    def hyperparameters(self) -> Path:
        """File of the training's hyperparameters, all of them strings."""
        return self.base / "input/config/hyperparameters.json"

    @property
    def resources(self) -> Path:
        """File of the training's instances."""
        return self.base / "input/config/resourceconfig.json"

    @property
    def input_channels(self) -> Path:
        """File of how the training's channels were copied."""
        return self.base / "input/config/inputdataconfig.json"

    @property
    def model(self) -> Path:
        """Folder that becomes model.tar.gz, and is unpacked for serving."""
        return self.base / "model"

    @property
    def checkpoints(self) -> Path | None:
        """Folder that SageMaker keeps in S3 (CheckpointConfig), None if it does not."""
        folder = self.base / "checkpoints"
        return folder if folder.is_dir() else None

    @property
    def failure(self) -> Path:
        """File whose text SageMaker shows as the failure reason of a training job."""
        return self.base / "output/failure"

    @property
    def message(self) -> Path:
        """File whose first KB SageMaker shows as the exit message of a processing job."""
        return self.base / "output/message"

    def channel(self, name: str) -> Path:
        """Return the folder of a training channel; it exists only if the job has the channel."""
        return self.base / "input/data" / name

    def processing(self, name: str) -> Path:
        """Return the folder of a processing job's input or output; create it if necessary."""
        folder = self.base / "processing" / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder


class JobError(Exception):
    """A failure that the operator can fix; its message is the complete failure reason."""


@contextmanager
def report_failures(paths: Paths) -> Iterator[None]:
    """Write the failure reason to the files that SageMaker reads, then fail the job."""
    try:
        yield
    except Exception as error:
        expected = isinstance(error, JobError | DecisionError | FeatureStoreError)
        # SageMaker shows the first KB: a traceback ends with what matters most.
        reason = str(error) if expected else f"{error!r}\n{traceback.format_exc()}"
        for file in (paths.failure, paths.message):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(reason, encoding="utf-8")
        if expected:
            raise SystemExit(f"failed: {reason}") from error
        raise
