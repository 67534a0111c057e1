"""Write the definition that Terraform reads: `python -m sagemaker_pipelines.batch_scoring`."""

from pathlib import Path

from sagemaker_pipelines.batch_scoring.pipeline import render_pipeline

Path(__file__).with_name("definition.json").write_text(render_pipeline())
