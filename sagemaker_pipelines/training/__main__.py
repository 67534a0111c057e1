"""Write the definition that Terraform reads: `python -m sagemaker_pipelines.training`."""

from pathlib import Path

from sagemaker_pipelines.training.pipeline import render_pipeline

Path(__file__).with_name("definition.json").write_text(render_pipeline())
