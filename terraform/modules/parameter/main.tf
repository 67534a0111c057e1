resource "aws_ssm_parameter" "this" {
  # checkov:skip=CKV2_AWS_34:cost: every read of a value that is no secret would be a request to KMS
  name        = var.name
  description = var.description
  type        = "String"
  tier        = var.tier
  value       = var.value
}
