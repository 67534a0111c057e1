output "alarm_name" {
  description = "Alarm that starts a retraining"
  value       = aws_cloudwatch_metric_alarm.loss.alarm_name
}

output "retrain_function_name" {
  description = "Function that `evergreen retrain` invokes"
  value       = module.retrain_trigger.name
}
