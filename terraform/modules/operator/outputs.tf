output "role_arn" {
  description = "ARN of the role, available only after its permissions are attached"
  value       = aws_iam_role.this.arn
  depends_on  = [aws_iam_role_policy.operate, aws_iam_role_policy.pause, aws_iam_role_policy_attachment.api, aws_iam_role_policy_attachment.query, aws_iam_role_policy.read, aws_iam_role_policy.repair]
}
