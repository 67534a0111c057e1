output "data_uri" {
  description = "Where the trainings read their data: an S3 URI, or sample"
  value       = local.data_uri
}

output "workflow_arn" {
  description = "ARN of the pipeline or of the state machine, known before it is created"
  value = one(concat(
    [for pipeline in aws_sagemaker_pipeline.training : "${var.foundation.arns.sagemaker}:pipeline/${pipeline.pipeline_name}"],
    [for machine in aws_sfn_state_machine.training : "${var.foundation.arns.states}:stateMachine:${machine.name}"],
  ))
}
