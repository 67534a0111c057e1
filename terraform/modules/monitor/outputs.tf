output "dashboard_name" {
  description = "Dashboard of model monitoring"
  value       = aws_cloudwatch_dashboard.this.dashboard_name
}

output "threshold_parameter" {
  description = "SSM parameter of the threshold: arn and name"
  value       = { arn = local.threshold_parameter_arn, name = aws_ssm_parameter.threshold.name }
}
