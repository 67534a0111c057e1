output "collector_name" {
  description = "Name of the function that measures a stage"
  value       = local.collector.name
}

output "dashboard_name" {
  description = "Dashboard of model monitoring"
  value       = aws_cloudwatch_dashboard.this.dashboard_name
}

output "dead_letter_queues" {
  description = "Dead-letter queues: name, and whether operators may invoke the function again with its messages"
  value       = concat(values(module.ground_truth_writer)[*].dead_letter_queue, [local.collector.dead_letter_queue, module.threshold_updater.dead_letter_queue])
}

output "loss_alarm" {
  description = "Alarm of production's relative loss: arn and name"
  value = {
    arn  = aws_cloudwatch_metric_alarm.loss["production"].arn
    name = aws_cloudwatch_metric_alarm.loss["production"].alarm_name
  }
}

output "schedule_names" {
  description = "Rules that `evergreen pause` disables"
  value       = local.collector.schedule_names
}

output "silence_alarm_names" {
  description = "Alarms that a paused loop would raise"
  value       = values(aws_cloudwatch_metric_alarm.silent)[*].alarm_name
}

output "threshold_parameters" {
  description = "SSM parameters of the thresholds by stage"
  value       = { for stage, name in local.threshold_names : stage => module.thresholds.names[name] }
}

output "threshold_parameter" {
  description = "SSM parameter of production's threshold"
  value       = module.thresholds.names[local.threshold_names["production"]]
}
