"""Write the definitions that Terraform reads: `python -m sagemaker_pipelines.tabular_training`."""

from sagemaker_pipelines.tabular import record
from sagemaker_pipelines.tabular_training.rendering import FILES, render

for model in record.models():
    for workflow, file in FILES.items():
        (record.MODELS / model / file).write_text(render(model, workflow))
