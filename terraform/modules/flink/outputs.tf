output "application_name" {
  description = "Application of Managed Service for Apache Flink"
  value       = aws_kinesisanalyticsv2_application.this.name
}

output "dead_letter_queues" {
  description = "Dead-letter queues: name, and whether operators may invoke the function again with its messages"
  value       = [merge(module.feature_writer.dead_letter_queue, { redriven = true })]
}

output "stream_names" {
  description = "Kinesis streams by table of the job"
  value       = { for table, stream in aws_kinesis_stream.this : table => stream.name }
}
