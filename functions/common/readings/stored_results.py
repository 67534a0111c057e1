"""Monitoring results in the data bucket: that of an hour, and those before it."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from common import monitoring_results
from common.monitoring_results import ResultError
from common.observability import logger
from common.readings.result import Hour, is_of

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# Older results say nothing about the present: after such an outage a version starts afresh.
OLDEST = timedelta(days=7)

Result = dict[str, Any]


@dataclass(frozen=True, slots=True)
class StoredResults:
    """The results of one bucket."""

    s3: "S3Client"
    bucket: str

    def find(self, hour: Hour) -> Result | None:
        """Return the result of an hour, None if it was not measured."""
        try:
            return self._read(hour.key)
        except ResultError as error:
            logger.warning("monitoring result is measured again", extra={"error": str(error)})
            return None
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchKey":
                return None
            raise

    def any(self, stage: str) -> bool:
        """Return whether a stage was ever measured."""
        folder = f"monitoring/{stage}/"
        return bool(monitoring_results.keys(self.s3, self.bucket, stage, folder))

    def before(self, hour: Hour, package_arn: str | None, count: int) -> list[Result]:
        """Return the results of a version before an hour, newest first.

        As many as include `count` results with a scored window, or all since OLDEST or since the
        version replaced another one. Objects that are no results are logged and left out.
        """
        found: list[Result] = []
        for key in reversed(self._keys(hour)):
            try:
                result = self._read(key)
            except ResultError as error:
                logger.warning("monitoring result is left out", extra={"error": str(error)})
                continue
            if not is_of(result, package_arn):
                break
            found.append(result)
            if sum(result["relative_loss"] is not None for result in found) == count:
                break
        return found

    def write(self, hour: Hour, result: Result) -> None:
        """Write the result of an hour."""
        self.s3.put_object(
            Bucket=self.bucket, Key=hour.key, Body=json.dumps(result, allow_nan=False).encode()
        )

    def _keys(self, hour: Hour) -> list[str]:
        first = Hour(hour.stage, hour.time - OLDEST)
        keys = monitoring_results.keys(self.s3, self.bucket, hour.stage, first.key)
        return [key for key in keys if key < Hour(hour.stage, hour.time).key]

    def _read(self, key: str) -> Result:
        return monitoring_results.read(self.s3, self.bucket, key)
