"""The request that a run of the batch pipeline begins with."""

from common import batch_files
from common.events import Event


class InputFile(Event):
    """One version of an object."""

    key: str
    version_id: str | None = None  # None: the bucket has no versions

    @property
    def name(self) -> str:
        """Name of the results: the key below the input folder."""
        return batch_files.name(self.key)


class BatchRequest(Event):
    """What one run scores."""

    run_id: str
    files: tuple[InputFile, ...]
