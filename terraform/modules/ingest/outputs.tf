output "dashboard_name" {
  description = "Dashboard of ingestion"
  value       = aws_cloudwatch_dashboard.this.dashboard_name
}

output "dead_letter_queues" {
  description = "Dead-letter queues: name, and whether operators may invoke the function again with its messages"
  value       = [module.window_aggregator.dead_letter_queue]
}

output "stream_names" {
  description = "Firehose streams by S3 prefix"
  value       = { for folder, stream in aws_kinesis_firehose_delivery_stream.this : folder => stream.name }
}

output "window_aggregator_name" {
  description = "Function that `evergreen backfill` invokes"
  value       = module.window_aggregator.name
}
