"""How far a long operation on the archive has come: kept in S3, so that any machine can go on."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from cli.reads.aws import absent

AT_A_TIME = 20  # objects


@dataclass(slots=True)
class Progress:
    """A list of keys, in order, of which a beginning is done."""

    s3: Any
    bucket: str
    name: str
    keys: list[str]
    quiet: bool
    resumed: bool = False

    def left(self) -> Iterator[list[str]]:
        """Yield what is left, some keys at a time; they are done when the next are taken."""
        last = self._load()
        waiting = [key for key in self.keys if key > last]
        self.resumed = len(waiting) < len(self.keys)
        if self.resumed:
            self._say(f"going on after {last}")
        for start in range(0, len(waiting), AT_A_TIME):
            chosen = waiting[start : start + AT_A_TIME]
            yield chosen
            self.s3.put_object(Bucket=self.bucket, Key=self._place, Body=json.dumps(chosen[-1]))
            self._say(f"{start + len(chosen)} of {len(waiting)} objects, up to {chosen[-1]}")
        self.s3.delete_object(Bucket=self.bucket, Key=self._place)

    def _load(self) -> str:
        try:
            found = self.s3.get_object(Bucket=self.bucket, Key=self._place)
        except ClientError as error:
            if absent(error):
                return ""
            raise
        return str(json.loads(found["Body"].read()))

    @property
    def _place(self) -> str:
        return f"operations/{self.name}.json"

    def _say(self, text: str) -> None:
        if not self.quiet:
            print(text, flush=True)
