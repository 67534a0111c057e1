output "data_uri" {
  description = "Where the pipeline reads its data: an S3 URI, or sample"
  value       = local.data_uri
}

output "pipeline_name" {
  description = "The training pipeline"
  value       = aws_sagemaker_pipeline.training.pipeline_name
}
