output "dead_letter_queues" {
  description = "Dead-letter queues: name, and whether operators may invoke the function again with its messages"
  value       = [module.run_time_cleaner.dead_letter_queue]
}

output "model_package_group_name" {
  description = "The input of the same name; depends on the cleanup invocation"
  value       = var.model_package_group_name
  depends_on  = [aws_lambda_invocation.at_destroy]
}

output "model_role_arn" {
  description = "The input of the same name; depends on the cleanup invocation"
  value       = var.model_role_arn
  depends_on  = [aws_lambda_invocation.at_destroy]
}

output "pending_path" {
  description = "SSM path of the pending approvals"
  value       = local.pending_path
  depends_on  = [aws_lambda_invocation.at_destroy]
}

output "run_time_cleaner_name" {
  description = "Name of the function; depends on the cleanup invocation, so that the function exists while modules that use it are destroyed"
  value       = module.run_time_cleaner.name
  depends_on  = [aws_lambda_invocation.at_destroy]
}

output "training_workflow_arn" {
  description = "The input of the same name; depends on the cleanup invocation, and on the check that no training of another workflow runs"
  value       = jsondecode(aws_lambda_invocation.other_workflow_idle.input).workflow_arn
  depends_on  = [aws_lambda_invocation.at_destroy]
}
