"""The files that a request asks to score, in the bucket."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from batch_starter.batch_events import Command, Request, Schedule, Upload
from common import batch_files, s3_objects
from common.batch_files import INPUT
from common.batch_request import InputFile
from common.errors import bad_value

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MAX_FILES = 1000  # of one run


class TooManyFilesError(ValueError):
    """A folder has more files than one run scores."""


@dataclass(frozen=True, slots=True)
class InputFiles:
    """Finds the files of requests in one bucket."""

    s3: "S3Client"
    bucket: str

    def of(self, event: Request) -> tuple[InputFile, ...]:
        """Return the files; raises ValueError for a prefix elsewhere, TooManyFilesError."""
        if isinstance(event, Upload):
            found = event.detail.object
            if found.key.endswith("/"):  # a folder that a console made
                return ()
            return (InputFile(key=found.key, version_id=found.version_id),)
        prefix = event.prefix if isinstance(event, Command) else INPUT
        if not prefix.startswith(INPUT):
            raise ValueError(bad_value("prefix", prefix, f"one that begins with {INPUT}"))
        files = tuple(self._below(prefix))
        if isinstance(event, Schedule):
            files = tuple(file for file in files if not self._is_scored(file))
        if len(files) > MAX_FILES:
            expected = f"expected at most {MAX_FILES}"
            raise TooManyFilesError(f"{prefix}: got {len(files)} files, {expected}")
        return files

    def _below(self, prefix: str) -> Iterator[InputFile]:
        paginator = self.s3.get_paginator("list_object_versions")
        for page in paginator.paginate(Bucket=self.bucket, Prefix=prefix):
            for item in page.get("Versions", []):
                if item["IsLatest"] and not item["Key"].endswith("/"):
                    version = item["VersionId"]
                    known = None if version == "null" else version
                    yield InputFile(key=item["Key"], version_id=known)

    def _is_scored(self, file: InputFile) -> bool:
        """Return whether this version of the file has results."""
        key = batch_files.manifest_key(file.name)
        body = s3_objects.read_if_exists(self.s3, self.bucket, key)
        return body is not None and bool(
            json.loads(body)["input"]["version_id"] == file.version_id
        )
