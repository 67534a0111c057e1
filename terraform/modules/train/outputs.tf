output "pipeline_name" {
  description = "The training pipeline"
  value       = aws_sagemaker_pipeline.training.pipeline_name
}
