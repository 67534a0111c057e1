# What this training may do in addition to others: read its data, wherever they are.

data "aws_iam_policy_document" "this" {
  dynamic "statement" {
    for_each = local.location[*]

    content {
      sid       = "ReadData"
      actions   = ["s3:GetObject"]
      resources = ["arn:${var.foundation.partition}:s3:::${statement.value.bucket}/${statement.value.prefix}*"]
    }
  }

  dynamic "statement" {
    for_each = local.location[*]

    content {
      sid       = "ListData"
      actions   = ["s3:ListBucket"]
      resources = ["arn:${var.foundation.partition}:s3:::${statement.value.bucket}"]

      condition {
        test     = "StringLike"
        variable = "s3:prefix"
        values   = ["${statement.value.prefix}*"]
      }
    }
  }
}

module "training_role" {
  source = "../training_role"

  description              = local.by_pipeline ? "Execution role of the training pipeline and its jobs" : "Execution role of the jobs of trainings"
  foundation               = var.foundation
  image_repository_arns    = [var.repository_arn]
  model_package_group_name = var.model_package_group_name
  pipeline_name            = local.name
  policies                 = [data.aws_iam_policy_document.this.json]
  runs_steps               = local.by_pipeline
}
