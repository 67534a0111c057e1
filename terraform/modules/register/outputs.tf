output "dead_letter_queues" {
  description = "Dead-letter queues: name, and whether operators may invoke the function again with its messages"
  value       = [module.model_approver.dead_letter_queue]
}

output "list_versions_policy" {
  description = "IAM policy (JSON) to list the versions of the group"
  value       = data.aws_iam_policy_document.list_versions.json
}

output "model_package_group_name" {
  description = "Model package group of the model versions"
  value       = aws_sagemaker_model_package_group.this.model_package_group_name
}

output "model_role_arn" {
  description = "Execution role of models and endpoints"
  value       = module.model_role.arn
  depends_on  = [aws_cloudwatch_log_group.endpoint]
}

output "policy_parameter" {
  description = "SSM parameter of the approval policy"
  value       = module.settings.names[local.policy_setting]
}
