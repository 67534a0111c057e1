output "role_arn" {
  description = "ARN of the role, available only after the account has it"
  value       = aws_api_gateway_account.this.cloudwatch_role_arn
}
