"""The files of a promoted version: which they are, and whether they may be imported. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from common import model_packages, times
from common.errors import bad_value

ROOT = "training"  # of the files of all versions: training/<execution>/<folder>/…
FOLDER_PARTS = 3


class VersionFileError(ValueError):
    """A file of the version is missing, too large, elsewhere, or was changed."""


@dataclass(frozen=True, slots=True)
class File:
    """An object in the bucket of the other account."""

    key: str
    size: int  # bytes
    etag: str
    modified: datetime


@dataclass(frozen=True, slots=True)
class PromotedVersion:
    """A version of the other account: its ARN and DescribeModelPackage's response."""

    arn: str
    package: Mapping[str, Any]
    source_bucket: str
    bucket: str

    @property
    def account(self) -> str:
        """Number of the other account."""
        return self.arn.split(":")[4]

    @property
    def number(self) -> int:
        """Version in the group of the other account."""
        return model_packages.version(self.arn)

    @property
    def containers(self) -> list[dict[str, Any]]:
        """The containers that serve the version."""
        return list(self.package["InferenceSpecification"]["Containers"])

    @property
    def keys(self) -> list[str]:
        """Keys of the files that the version names; raises VersionFileError."""
        artifacts = [container["ModelDataUrl"] for container in self.containers]
        reports = _uris(self.package.get("ModelMetrics", {}))
        return [self._key(uri) for uri in (*artifacts, *reports)]

    @property
    def prefixes(self) -> list[str]:
        """Prefixes of all files: each artifact, and the folders that have a report.

        Monitoring reads more files of these folders than the version names.
        """
        artifacts = [self._key(container["ModelDataUrl"]) for container in self.containers]
        reports = [self._key(uri) for uri in _uris(self.package.get("ModelMetrics", {}))]
        folders = {"/".join([*key.split("/")[:FOLDER_PARTS], ""]) for key in reports}
        return [*artifacts, *sorted(folders)]

    def check(self, files: Sequence[File], maximum: int) -> None:
        """Raise VersionFileError unless every file is there, unchanged, and not too large.

        A version is registered after its files were written: what was written later is not what
        was evaluated, tested and approved.
        """
        found = {file.key for file in files}
        registered = self.package["CreationTime"]
        for key in self.keys:
            if key not in found:
                raise VersionFileError(bad_value(key, None, f"a file of {self.arn}"))
        for file in files:
            if file.modified > registered:
                expected = f"none since {self.arn} was registered, {times.iso(registered)}"
                raise VersionFileError(
                    bad_value(f"change of {file.key}", times.iso(file.modified), expected)
                )
            if file.size > maximum:
                raise VersionFileError(
                    bad_value(f"size of {file.key}", file.size, f"at most {maximum} bytes")
                )

    def copied_key(self, key: str) -> str:
        """Return the key of the copy in this account's bucket."""
        _, _, rest = key.split("/", 2)
        return f"{ROOT}/{self.account}-v{self.number}/{rest}"

    def copied_uri(self, uri: str) -> str:
        """Return the S3 URI of the copy of a file."""
        return f"s3://{self.bucket}/{self.copied_key(self._key(uri))}"

    def _key(self, uri: str) -> str:
        location = urlsplit(uri)
        key = location.path.lstrip("/")
        if location.netloc != self.source_bucket or not _has_folder(key):
            expected = f"s3://{self.source_bucket}/{ROOT}/EXECUTION/FOLDER/…"
            raise VersionFileError(bad_value(f"file of {self.arn}", uri, expected))
        return key


def _has_folder(key: str) -> bool:
    parts = key.split("/")
    return len(parts) > FOLDER_PARTS and parts[0] == ROOT and all(parts) and ".." not in parts


def _uris(value: Any) -> Iterator[str]:
    """Yield every S3Uri in a document."""
    if isinstance(value, Mapping):
        for name, part in value.items():
            if name == "S3Uri":
                yield part
            else:
                yield from _uris(part)
