output "model_package_group_name" {
  description = "The same name, known only when the cleaner stands"
  value       = var.model_package_group_name
  depends_on  = [aws_lambda_invocation.at_destroy]
}

output "model_role_arn" {
  description = "The same role, known only when the cleaner stands"
  value       = var.model_role_arn
  depends_on  = [aws_lambda_invocation.at_destroy]
}

output "pending_path" {
  description = "SSM path under which approvals wait"
  value       = local.pending_path
  depends_on  = [aws_lambda_invocation.at_destroy]
}

output "pipeline_name" {
  description = "The same name, known only when the cleaner stands"
  value       = var.pipeline_name
  depends_on  = [aws_lambda_invocation.at_destroy]
}
