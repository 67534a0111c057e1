"""The parts of a file that are scored: named so that they sort in the order of its lines."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Self

from pydantic import BaseModel, ConfigDict

MAX_BYTES = 32 * 1024 * 1024  # of a part: several instances share the parts of one file


class FileSummary(BaseModel):
    """What was found in a file: parts.json has one per file, in the order of the request."""

    model_config = ConfigDict(frozen=True)

    name: str
    size: int
    header: bool = False
    lines: int = 0  # with content, without the header
    accepted: int = 0
    rejected: int = 0
    parts: tuple[str, ...] = ()


@dataclass
class Writer:
    """Writes accepted lines of one file into parts of bounded size."""

    folder: Path
    number: int  # of the file
    names: list[str] = field(default_factory=list)
    _file: BinaryIO | None = None
    _written: int = 0

    def __enter__(self) -> Self:
        """Begin without a part: a file may have no accepted line."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the last part."""
        if self._file:
            self._file.close()

    def write(self, content: bytes) -> None:
        """Append a line, or some."""
        if self._file is None or self._written >= MAX_BYTES:
            self.__exit__()
            self.names.append(f"{self.number:05d}-{len(self.names):05d}")
            self._file, self._written = (self.folder / self.names[-1]).open("wb"), 0
        self._file.write(content + b"\n")
        self._written += len(content) + 1
