output "bucket_name" {
  description = "Bucket of the artifacts, and of source.zip"
  value       = aws_s3_bucket.this.id
}

output "name" {
  description = "Name of the pipeline"
  value       = aws_codepipeline.this.name
}

output "project_names" {
  description = "CodeBuild projects by what they do: apply, plan, test"
  value       = local.projects
}
