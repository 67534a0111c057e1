output "project_names" {
  description = "CodeBuild projects by image"
  value       = { for image, project in aws_codebuild_project.this : image => project.name }
}
