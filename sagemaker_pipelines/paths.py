"""Where SageMaker puts files for a job: `/opt/ml`, or another base where there is no container."""

import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Paths:
    """The folders of one job below its base."""

    base: Path

    @classmethod
    def from_env(cls) -> "Paths":
        """Take the base from SAGEMAKER_BASE_DIR, as SageMaker's own toolkits do."""
        return cls(Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml")))

    @property
    def hyperparameters(self) -> Path:
        """Give the file of a training's hyperparameters, all of them strings."""
        return self.base / "input/config/hyperparameters.json"

    @property
    def model(self) -> Path:
        """Give the folder that becomes model.tar.gz, and is unpacked for serving."""
        return self.base / "model"

    @property
    def failure(self) -> Path:
        """Give the file whose text SageMaker shows as the reason of a failed job."""
        return self.base / "output/failure"

    def channel(self, name: str) -> Path:
        """Give the folder of a training channel; it is absent if the job has no such channel."""
        return self.base / "input/data" / name

    def processing(self, name: str) -> Path:
        """Give the folder of a processing job's input or output, made if it is not there."""
        folder = self.base / "processing" / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder


class JobError(Exception):
    """A failure that its reader can act upon: its text is a sentence that says all."""


@contextmanager
def failures_reported(paths: Paths) -> Iterator[None]:
    """Write what went wrong where SageMaker looks for it, then let the job fail."""
    try:
        yield
    except Exception as error:
        reason = str(error) if isinstance(error, JobError) else traceback.format_exc()
        paths.failure.parent.mkdir(parents=True, exist_ok=True)
        paths.failure.write_text(reason)
        if isinstance(error, JobError):
            raise SystemExit(f"failed: {reason}") from error
        raise
