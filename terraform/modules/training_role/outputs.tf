output "arn" {
  description = "ARN of the role"
  value       = module.role.arn
}

output "steps_policy" {
  description = "IAM policy (JSON) of the statements that the role has with runs_steps"
  value       = data.aws_iam_policy_document.steps.json
}
