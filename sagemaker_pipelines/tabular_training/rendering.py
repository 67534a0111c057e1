"""The training of a model for the service that runs it: a SageMaker pipeline or Step Functions."""

from sagemaker_pipelines import dsl
from sagemaker_pipelines.state_machine.definition import definition
from sagemaker_pipelines.tabular_training.pipeline import graph

PIPELINE, STATE_MACHINE = "pipeline", "state_machine"  # values of Terraform's training.workflow
FILES = {PIPELINE: "definition.json", STATE_MACHINE: "workflow.asl.json"}  # in the model's folder
_RENDERERS = {PIPELINE: dsl.definition, STATE_MACHINE: definition}


def render(model: str, workflow: str) -> str:
    """Return the definition of a model's training, which Terraform reads."""
    return _RENDERERS[workflow](*graph(model))
