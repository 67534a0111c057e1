output "pipeline" {
  description = "Pipeline on AWS by name, bucket and project names; null: none"
  value       = one([for pipeline in module.code_pipeline : { bucket_name = pipeline.bucket_name, name = pipeline.name, project_names = pipeline.project_names }])
}

output "role_arns" {
  description = "Roles by what they do: apply, plan"
  value       = { for kind, role in aws_iam_role.this : kind => role.arn }
}
