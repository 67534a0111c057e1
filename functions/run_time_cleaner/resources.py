"""The resources that the loop of this deployment created at run time."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from common.training_runs import id_of
from common.training_workflow.execution import Execution
from common.training_workflow.workflow import open_workflow, workflow_of
from run_time_cleaner import resource_names

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_ssm import SSMClient
    from mypy_boto3_stepfunctions import SFNClient


@dataclass(frozen=True, slots=True)
class Resources:
    """Lists the resources of one deployment by kind."""

    ssm: "SSMClient"
    sagemaker: "SageMakerClient"
    states: "SFNClient"
    prefix: str
    workflows: tuple[str, ...]
    package_group: str
    pending_path: str
    operations_path: str

    def running_trainings(self) -> Iterator[str]:
        """Yield the ARNs of the workflows' executions that have not ended."""
        return (execution.arn for execution in self._executions() if execution.running)

    def stop_training(self, arn: str) -> None:
        """Stop an execution."""
        workflow_of(arn, self.sagemaker, self.states).stop(arn)

    def endpoints(self) -> Iterator[str]:
        """Yield the names of the stages' endpoints."""
        for endpoint in self._list("list_endpoints", NameContains=self.prefix):
            if resource_names.is_endpoint(self.prefix, endpoint["EndpointName"]):
                yield endpoint["EndpointName"]

    def endpoint_configs(self) -> Iterator[str]:
        """Yield the names of the stages' endpoint configurations."""
        for config in self._list("list_endpoint_configs", NameContains=self.prefix):
            if resource_names.is_config(self.prefix, config["EndpointConfigName"]):
                yield config["EndpointConfigName"]

    def models(self) -> Iterator[str]:
        """Yield the names of the versions' models and of the pipelines' models."""
        ids = {id_of(execution.arn) for execution in self._executions()}
        for part in (f"{self.prefix}-v", "pipelines-"):
            for model in self._list("list_models", NameContains=part):
                if resource_names.is_model(self.prefix, ids, model["ModelName"]):
                    yield model["ModelName"]

    def packages(self) -> Iterator[str]:
        """Yield the ARNs of the model packages in the group."""
        for package in self._list("list_model_packages", ModelPackageGroupName=self.package_group):
            yield package["ModelPackageArn"]

    def parameters(self) -> Iterator[str]:
        """Yield the names of the parameters that store pending approvals and a pause."""
        paginator = self.ssm.get_paginator("get_parameters_by_path")
        for path in (self.pending_path, self.operations_path):
            for page in paginator.paginate(Path=path):
                yield from (parameter["Name"] for parameter in page["Parameters"])

    def _executions(self) -> Iterator[Execution]:
        for arn in self.workflows:
            yield from open_workflow(arn, self.sagemaker, self.states).listed()

    def _list(self, operation: Any, **filters: str) -> Iterator[dict[str, Any]]:
        paginator: Any = self.sagemaker.get_paginator(operation)
        for page in paginator.paginate(**filters):
            for key in paginator.result_keys:
                yield from page[key.expression]
