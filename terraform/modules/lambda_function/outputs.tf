output "alarm_name" {
  description = "Alarm of its errors, null without alarms"
  value       = one(aws_cloudwatch_metric_alarm.errors[*].alarm_name)
}

output "arn" {
  description = "ARN of the function"
  value       = aws_lambda_function.this.arn
}

output "dead_letter_queue" {
  description = "Dead-letter queue: its name, whether it and the function have alarms, and whether operators may invoke the function again with its messages"
  value       = { name = local.queue_name, alarmed = var.alarmed, redriven = length(var.triggers) > 0 }
}

output "invoke_arn" {
  description = "ARN by which API Gateway invokes the function"
  value       = aws_lambda_function.this.invoke_arn
}

output "log_group_name" {
  description = "Log group of the function"
  value       = aws_cloudwatch_log_group.this.name
}

output "name" {
  description = "Name of the function"
  value       = aws_lambda_function.this.function_name
}

output "rule_names" {
  description = "Rules that invoke the function"
  value       = [for rule in aws_cloudwatch_event_rule.this : rule.name]
}

output "schedule_names" {
  description = "Rules that invoke the function by schedule"
  value       = [for key, trigger in var.triggers : aws_cloudwatch_event_rule.this[key].name if trigger.schedule_expression != null]
}

output "version" {
  description = "Newest published version of the function"
  value       = aws_lambda_function.this.version
}
