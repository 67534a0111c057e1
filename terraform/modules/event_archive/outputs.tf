output "stream_names" {
  description = "Firehose streams by S3 prefix"
  value       = { for folder, stream in aws_kinesis_firehose_delivery_stream.this : folder => stream.name }
}
