# Settings that can be changed between two trainings without an apply.

resource "aws_ssm_parameter" "hyperparameters" {
  for_each = var.training.hyperparameters

  name        = "/${var.foundation.prefix}/training/hyperparameters/${each.key}"
  description = "Hyperparameter of the next training"
  type        = "String"
  value       = each.value
}

resource "aws_ssm_parameter" "quality" {
  for_each = { for name, value in var.quality : name => value if name != "data" }

  name        = "/${var.foundation.prefix}/quality/policy/${each.key}"
  description = "Limits of automatic trainings"
  type        = "String"
  value       = each.value
}

resource "aws_ssm_parameter" "data_limits" {
  for_each = var.quality.data

  name        = "/${var.foundation.prefix}/quality/data/${each.key}"
  description = "Limit for the data quality of the training history"
  type        = "String"
  value       = each.value
}
