output "athena" {
  description = "Database of the tables, and workgroup of the queries"
  value       = { database = aws_glue_catalog_database.this.name, workgroup = aws_athena_workgroup.this.name }
}

output "query_policy" {
  description = "IAM policy (JSON) to run queries"
  value       = data.aws_iam_policy_document.query.json
}

output "stream_names" {
  description = "Firehose streams by S3 prefix"
  value       = module.archive.stream_names
}
