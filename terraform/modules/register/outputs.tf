output "model_package_group_name" {
  description = "Group of the model's versions"
  value       = aws_sagemaker_model_package_group.this.model_package_group_name
}

output "model_role_arn" {
  description = "What models and endpoints run as; known only when its permissions are there"
  value       = aws_iam_role.model.arn
  depends_on  = [aws_iam_role_policy.model]
}

output "policy_parameter" {
  description = "SSM parameter of the approval policy"
  value       = aws_ssm_parameter.policy.name
}
