"""The resources that the loop of this deployment created at run time."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from run_time_cleaner import resource_names

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_ssm import SSMClient


@dataclass(frozen=True, slots=True)
class Resources:
    """Lists the resources of one deployment by kind."""

    ssm: "SSMClient"
    sagemaker: "SageMakerClient"
    prefix: str
    pipelines: tuple[str, ...]
    package_group: str
    pending_path: str
    operations_path: str

    def running_trainings(self) -> Iterator[str]:
        """Yield the ARNs of the pipelines' executions that have not ended."""
        for execution in self._executions():
            if execution["PipelineExecutionStatus"] in {"Executing", "Stopping"}:
                yield execution["PipelineExecutionArn"]

    def stop_training(self, arn: str) -> None:
        """Stop an execution; its token makes a repeated request harmless."""
        token = arn.rpartition("/")[2].ljust(32, "0")
        self.sagemaker.stop_pipeline_execution(PipelineExecutionArn=arn, ClientRequestToken=token)

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
        ids = {e["PipelineExecutionArn"].rpartition("/")[2] for e in self._executions()}
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

    def _executions(self) -> Iterator[dict[str, Any]]:
        for pipeline in self.pipelines:
            yield from self._list("list_pipeline_executions", PipelineName=pipeline)

    def _list(self, operation: Any, **filters: str) -> Iterator[dict[str, Any]]:
        paginator: Any = self.sagemaker.get_paginator(operation)
        for page in paginator.paginate(**filters):
            for key in paginator.result_keys:
                yield from page[key.expression]
