"""Trainings as executions of a SageMaker pipeline."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from common.training_workflow.execution import FAILED, Execution, Step

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker.type_defs import PipelineExecutionStepTypeDef

NO_REASON = "no reason given"


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Client of one pipeline."""

    sagemaker: "SageMakerClient"
    arn: str

    @property
    def name(self) -> str:
        """The name of the pipeline."""
        return self.arn.rpartition("/")[2]

    def created(self) -> str:
        """Return the creation time, which distinguishes pipelines of the same name."""
        return self.sagemaker.describe_pipeline(PipelineName=self.name)["CreationTime"].isoformat()

    def executions(self) -> Iterator[Execution]:
        """Yield the executions, newest first."""
        return self.listed()

    def listed(self, maximum: int | None = None) -> Iterator[Execution]:
        """Yield the (newest `maximum`) executions, newest first."""
        pages = self.sagemaker.get_paginator("list_pipeline_executions").paginate(
            PipelineName=self.name,
            SortBy="CreationTime",
            SortOrder="Descending",
            PaginationConfig={"MaxItems": maximum} if maximum else {},
        )
        for page in pages:
            for summary in page["PipelineExecutionSummaries"]:
                yield Execution(
                    summary["StartTime"],
                    summary["PipelineExecutionStatus"],
                    summary.get("PipelineExecutionDisplayName", ""),
                    summary["PipelineExecutionArn"],
                    summary.get("PipelineExecutionFailureReason"),
                )

    def describe(self, arn: str) -> Execution:
        """Return an execution."""
        found = self.sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
        return Execution(
            found["CreationTime"],
            found["PipelineExecutionStatus"],
            found.get("PipelineExecutionDisplayName", ""),
            arn,
            found.get("FailureReason"),
        )

    def steps(self, arn: str) -> list[Step]:
        """Return the steps of an execution in the order they started."""
        return [
            Step(
                step["StepName"],
                step["StepStatus"],
                step.get("StartTime"),
                step.get("EndTime"),
                step.get("FailureReason"),
                _jobs(step),
            )
            for step in self._steps(arn)
        ]

    def failure(self, arn: str) -> str:
        """Return why an execution failed: its failed steps with their reasons.

        The execution itself says only that steps have failed.
        """
        reasons = [
            f"{step.name}: {self._reason(step)}"
            for step in self.steps(arn)
            if step.status == FAILED
        ]
        return "; ".join(reasons) or self.describe(arn).failure or NO_REASON

    def _reason(self, step: Step) -> str:
        """Return the reason of a step; that of a processing job is only its exit code."""
        if job := step.jobs.get("ProcessingJob"):
            name = job.rpartition("/")[2]
            described = self.sagemaker.describe_processing_job(ProcessingJobName=name)
            if message := described.get("ExitMessage"):
                return message
        return step.failure or NO_REASON

    def parameters(self, arn: str) -> dict[str, str]:
        """Return the parameters of an execution, by name."""
        pages = self.sagemaker.get_paginator("list_pipeline_parameters_for_execution").paginate(
            PipelineExecutionArn=arn
        )
        found = [parameter for page in pages for parameter in page["PipelineParameters"]]
        return {parameter["Name"]: parameter["Value"] for parameter in found}

    def start(
        self, name: str, reason: str, parameters: Mapping[str, str], token: str
    ) -> str | None:
        """Start an execution for the request `name`; return its ARN.

        SageMaker starts one execution per token (64 hex digits): return None if another request
        used it first, so that nothing was started.
        """
        try:
            arn = self.sagemaker.start_pipeline_execution(
                PipelineName=self.name,
                PipelineExecutionDisplayName=name,
                PipelineExecutionDescription=reason,
                PipelineParameters=[{"Name": n, "Value": v} for n, v in parameters.items()],
                ClientRequestToken=token,
            )["PipelineExecutionArn"]
        except self.sagemaker.exceptions.ConflictException:
            return None
        # For a used token SageMaker may return the execution of the other request.
        return arn if self.describe(arn).name == name else None

    def stop(self, arn: str) -> None:
        """Stop an execution; its token makes a repeated request harmless."""
        token = arn.rpartition("/")[2].ljust(32, "0")
        self.sagemaker.stop_pipeline_execution(PipelineExecutionArn=arn, ClientRequestToken=token)

    def _steps(self, arn: str) -> Iterator["PipelineExecutionStepTypeDef"]:
        pages = self.sagemaker.get_paginator("list_pipeline_execution_steps").paginate(
            PipelineExecutionArn=arn, SortOrder="Ascending"
        )
        for page in pages:
            yield from page["PipelineExecutionSteps"]


def _jobs(step: "PipelineExecutionStepTypeDef") -> dict[str, str]:
    """Return the ARNs in the metadata of a step, by kind."""
    metadata: Mapping[str, object] = step.get("Metadata", {})
    return {
        kind: str(about["Arn"])
        for kind, about in metadata.items()
        if isinstance(about, dict) and "Arn" in about
    }
