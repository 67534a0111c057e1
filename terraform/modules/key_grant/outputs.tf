output "json" {
  description = "Policy document with this statement only"
  value       = data.aws_iam_policy_document.this.json
}
