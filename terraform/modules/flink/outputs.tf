output "application_name" {
  description = "Application of Managed Service for Apache Flink"
  value       = aws_kinesisanalyticsv2_application.this.name
}

output "dead_letter_queues" {
  description = "Dead-letter queues: name, and whether operators may invoke the function again with its messages"
  value       = [merge(module.feature_writer.dead_letter_queue, { redriven = true })]
}

output "receivers" {
  description = "What counts the events, available only after the rules deliver to it"
  value       = [for stream in aws_kinesis_stream.this : stream.name]
  depends_on  = [aws_cloudwatch_event_target.this, aws_lambda_event_source_mapping.minutes]
}

output "stream_names" {
  description = "Kinesis streams by table of the job"
  value       = { for table, stream in aws_kinesis_stream.this : table => stream.name }
}
