"""The record of a training that failed (common/training_runs.py), in the data bucket."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from common.training_runs import TrainingRun, id_of, key
from common.training_workflow.workflow import Workflow

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True, slots=True)
class TrainingRecords:
    """The records of one data bucket."""

    s3: "S3Client"
    bucket: str

    def fail(self, workflow: Workflow, arn: str, reason: str) -> None:
        """Write why a training failed; repeating it changes nothing."""
        run = self._begun(arn) or TrainingRun.started(arn, workflow.parameters(arn))
        body = run.failed(reason).to_json().encode()
        self.s3.put_object(Bucket=self.bucket, Key=key(run.execution_id), Body=body)

    def _begun(self, arn: str) -> TrainingRun | None:
        """Return what the training wrote; None if it failed before its history was read."""
        name = key(id_of(arn))
        # The list tells a missing object from a forbidden one.
        if not self.s3.list_objects_v2(Bucket=self.bucket, Prefix=name).get("Contents"):
            return None
        found = self.s3.get_object(Bucket=self.bucket, Key=name)["Body"].read()
        return TrainingRun.model_validate_json(found)
