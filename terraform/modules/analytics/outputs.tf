output "stream_names" {
  description = "Firehose streams by S3 prefix"
  value       = module.archive.stream_names
}
