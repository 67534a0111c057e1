output "application_name" {
  description = "Application of Managed Service for Apache Flink"
  value       = aws_kinesisanalyticsv2_application.this.name
}

output "stream_names" {
  description = "Kinesis streams by table of the job"
  value       = { for table, stream in aws_kinesis_stream.this : table => stream.name }
}
