output "dashboard_name" {
  description = "Dashboard of model monitoring"
  value       = aws_cloudwatch_dashboard.this.dashboard_name
}

output "loss_alarm" {
  description = "Alarm of production's relative loss: arn and name"
  value = {
    arn  = aws_cloudwatch_metric_alarm.loss["production"].arn
    name = aws_cloudwatch_metric_alarm.loss["production"].alarm_name
  }
}

output "threshold_parameter" {
  description = "SSM parameter of production's threshold"
  value       = aws_ssm_parameter.threshold["production"].name
}
