# Settings that people and the loop may change between two trainings without an apply.

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
  description = "What the gate and the threshold are made of, and how often the loop may train"
  type        = "String"
  value       = each.value
}

resource "aws_ssm_parameter" "data_limits" {
  for_each = var.quality.data

  name        = "/${var.foundation.prefix}/quality/data/${each.key}"
  description = "What a history must keep to be trained on"
  type        = "String"
  value       = each.value
}
