output "dashboard_name" {
  description = "Dashboard of stages ① and ②"
  value       = aws_cloudwatch_dashboard.this.dashboard_name
}

output "stream_names" {
  description = "Firehose streams by folder"
  value       = { for folder, stream in aws_kinesis_firehose_delivery_stream.this : folder => stream.name }
}
