"""Progress of a long operation on the archive, stored in S3 so that any machine can resume it."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from cli.aws import is_absent
from cli.terminal import note, progress_bar

BATCH_SIZE = 20  # objects


@dataclass(slots=True)
class Checkpoint:
    """The last key that an operation on an ordered list of keys has processed."""

    s3: Any
    bucket: str
    name: str
    resumed: bool = False

    def batches(self, keys: Sequence[str]) -> Iterator[Sequence[str]]:
        """Yield the remaining keys in batches; a batch is done when the next one is requested."""
        last = self._load()
        remaining = [key for key in keys if key > last]
        done = len(keys) - len(remaining)
        self.resumed = bool(done)
        if self.resumed:
            note(f"resuming: {done:,} of {len(keys):,} objects were done, up to {last}")
        with progress_bar(self.name.partition("-")[0], len(keys)) as update:
            update(advance=done)
            for start in range(0, len(remaining), BATCH_SIZE):
                batch = remaining[start : start + BATCH_SIZE]
                yield batch
                self.s3.put_object(
                    Bucket=self.bucket, Key=self._key, Body=json.dumps(batch[-1]).encode()
                )
                update(advance=len(batch))
        self.s3.delete_object(Bucket=self.bucket, Key=self._key)

    def _load(self) -> str:
        try:
            found = self.s3.get_object(Bucket=self.bucket, Key=self._key)
        except ClientError as error:
            if is_absent(error):
                return ""
            raise
        return str(json.loads(found["Body"].read()))

    @property
    def _key(self) -> str:
        return f"operations/{self.name}.json"
