"""The training pipeline: its executions, and starting one at most once."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from common import times
from common.hyperparameters import Hyperparameters
from retrain_trigger.execution import Execution
from retrain_trigger.guards import start_token
from retrain_trigger.training_request import TrainingRequest

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker.type_defs import ParameterTypeDef, PipelineExecutionStepTypeDef


@dataclass(frozen=True, slots=True)
class TrainingPipeline:
    """Client of one SageMaker pipeline."""

    sagemaker: "SageMakerClient"
    name: str

    def executions(self, since: datetime) -> list[Execution]:
        """Return the newest execution and all others since that time, newest first."""
        found: list[Execution] = []
        pages = self.sagemaker.get_paginator("list_pipeline_executions").paginate(
            PipelineName=self.name, SortBy="CreationTime", SortOrder="Descending"
        )
        for page in pages:
            for summary in page["PipelineExecutionSummaries"]:
                if found and summary["StartTime"] < since:
                    return found
                execution = Execution(
                    summary["StartTime"],
                    summary["PipelineExecutionStatus"],
                    summary.get("PipelineExecutionDisplayName", ""),
                    summary["PipelineExecutionArn"],
                )
                found.append(execution)
        return found

    def failure(self, arn: str) -> str:
        """Return why an execution failed: its failed steps with their reasons.

        The execution itself says only that steps have failed.
        """
        pages = self.sagemaker.get_paginator("list_pipeline_execution_steps").paginate(
            PipelineExecutionArn=arn, SortOrder="Ascending"
        )
        steps = [step for page in pages for step in page["PipelineExecutionSteps"]]
        reasons = [
            f"{step['StepName']}: {self._reason(step)}"
            for step in steps
            if step["StepStatus"] == "Failed"
        ]
        if reasons:
            return "; ".join(reasons)
        execution = self.sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
        return execution.get("FailureReason", "no reason given")

    def _reason(self, step: "PipelineExecutionStepTypeDef") -> str:
        """Return the reason of a step; that of a processing job is only its exit code."""
        if job := step.get("Metadata", {}).get("ProcessingJob", {}).get("Arn"):
            name = job.rpartition("/")[2]
            described = self.sagemaker.describe_processing_job(ProcessingJobName=name)
            if message := described.get("ExitMessage"):
                return message
        return step.get("FailureReason", "no reason given")

    def parameters(self, arn: str) -> dict[str, str]:
        """Return the parameters of an execution, by name."""
        pages = self.sagemaker.get_paginator("list_pipeline_parameters_for_execution").paginate(
            PipelineExecutionArn=arn
        )
        found = [parameter for page in pages for parameter in page["PipelineParameters"]]
        return {parameter["Name"]: parameter["Value"] for parameter in found}

    def created(self) -> str:
        """Return the creation time, which distinguishes pipelines of the same name."""
        return self.sagemaker.describe_pipeline(PipelineName=self.name)["CreationTime"].isoformat()

    def start(
        self, request: TrainingRequest, hyperparameters: Hyperparameters, predecessor: str
    ) -> str | None:
        """Start the execution that follows `predecessor`; return its ARN.

        Return None if another request used the token first, so that nothing was started.
        """
        try:
            arn = self.sagemaker.start_pipeline_execution(
                PipelineName=self.name,
                PipelineExecutionDisplayName=request.execution_name,
                PipelineExecutionDescription=request.stored_reason,
                PipelineParameters=pipeline_parameters(request, hyperparameters),
                ClientRequestToken=start_token(self.name, predecessor),
            )["PipelineExecutionArn"]
        except self.sagemaker.exceptions.ConflictException:
            return None
        # For a used token SageMaker may return the execution of the other request.
        execution = self.sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
        name = execution.get("PipelineExecutionDisplayName")
        return arn if name == request.execution_name else None


def pipeline_parameters(
    request: TrainingRequest, hyperparameters: Hyperparameters
) -> "list[ParameterTypeDef]":
    """Return the execution's parameters."""
    values = {
        "Reason": request.stored_reason,
        "Trigger": request.trigger,
        "EndTime": times.iso(request.time),
        **hyperparameters.pipeline_parameters(),
    }
    return [{"Name": name, "Value": value} for name, value in values.items()]
