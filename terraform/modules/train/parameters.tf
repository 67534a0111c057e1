# Settings that can be changed between two trainings without an apply.

locals {
  settings = merge(
    { for name, value in var.training.hyperparameters : "training/hyperparameters/${name}" => { value = value, about = "Hyperparameter of the next training" } },
    { for name, value in var.quality : "quality/policy/${name}" => { value = value, about = "Limits of automatic trainings" } if name != "data" },
    { for name, value in var.quality.data : "quality/data/${name}" => { value = value, about = "Limit for the data quality of the training history" } },
  )
}

resource "aws_ssm_parameter" "settings" {
  # checkov:skip=CKV2_AWS_34:cost: every read of a value that is no secret would be a request to KMS
  for_each = local.settings

  name        = "/${var.foundation.prefix}/${each.key}"
  description = each.value.about
  type        = "String"
  value       = each.value.value
}
