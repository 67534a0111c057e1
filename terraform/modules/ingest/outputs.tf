output "dashboard_name" {
  description = "Dashboard of ingestion"
  value       = aws_cloudwatch_dashboard.this.dashboard_name
}

output "stream_names" {
  description = "Firehose streams by S3 prefix"
  value       = { for folder, stream in aws_kinesis_firehose_delivery_stream.this : folder => stream.name }
}

output "window_aggregator_name" {
  description = "Function that `evergreen backfill` invokes"
  value       = module.window_aggregator.name
}
