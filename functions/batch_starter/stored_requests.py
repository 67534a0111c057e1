"""The requests of runs, as their pipelines read them from the bucket."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from common import batch_files, s3_objects
from common.batch_request import BatchRequest

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True, slots=True)
class StoredRequests:
    """Requests in one bucket."""

    s3: "S3Client"
    bucket: str

    def keep(self, request: BatchRequest) -> None:
        """Write a request; that of an earlier delivery stays, because it is being used."""
        key = batch_files.request_key(request.run_id)
        body = request.model_dump_json().encode()
        try:
            self.s3.put_object(Bucket=self.bucket, Key=key, Body=body, IfNoneMatch="*")
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise

    def find(self, key: str | None) -> BatchRequest | None:
        """Return the request of a run, None if it was started by hand without one."""
        body = None if key is None else s3_objects.read_if_exists(self.s3, self.bucket, key)
        return None if body is None else BatchRequest.model_validate_json(body)
