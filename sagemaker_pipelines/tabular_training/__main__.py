"""Write the definitions that Terraform reads: `python -m sagemaker_pipelines.tabular_training`."""

from sagemaker_pipelines.tabular import record
from sagemaker_pipelines.tabular_training.pipeline import render_pipeline

for model in record.models():
    (record.MODELS / model / "definition.json").write_text(render_pipeline(model))
