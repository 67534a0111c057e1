output "dashboard_name" {
  description = "Dashboard of ingestion"
  value       = aws_cloudwatch_dashboard.this.dashboard_name
}

output "dead_letter_queues" {
  description = "Dead-letter queues: name, and whether operators may invoke the function again with its messages"
  value       = [module.window_aggregator.dead_letter_queue]
}

output "receivers" {
  description = "What stores and counts the events, available only after the rules deliver to it"
  value       = concat(values(module.archive.stream_names), [module.window_aggregator.name])
  depends_on  = [module.archive, module.window_aggregator]
}

output "silence_metric_names" {
  description = "Metrics whose silence raises an alarm"
  value       = [aws_cloudwatch_metric_alarm.stale.metric_name]
}

output "stream_names" {
  description = "Firehose streams by S3 prefix"
  value       = module.archive.stream_names
}

output "window_aggregator_name" {
  description = "Function that `evergreen backfill` invokes"
  value       = module.window_aggregator.name
}
