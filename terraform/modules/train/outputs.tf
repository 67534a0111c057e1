output "pipeline_name" {
  description = "The training pipeline"
  value       = aws_sagemaker_pipeline.training.pipeline_name
}

output "workflow_arn" {
  description = "ARN of the training pipeline, known before it is created"
  value       = "${var.foundation.arns.sagemaker}:pipeline/${aws_sagemaker_pipeline.training.pipeline_name}"
}
