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

  description              = "Execution role of the jobs of trainings, and of the training pipeline"
  foundation               = var.foundation
  image_repository_arns    = [var.repository_arn]
  model_package_group_name = var.model_package_group_name
  pipeline_name            = local.name
  policies                 = [data.aws_iam_policy_document.this.json]
  runs_steps               = false # a policy of its own, below
}

# A policy of its own is deleted after the pipeline, when no training needs it any more.
resource "aws_iam_role_policy" "steps" {
  for_each = toset(local.by_pipeline ? ["own"] : [])

  name   = "steps"
  role   = reverse(split("/", module.training_role.arn))[0]
  policy = module.training_role.steps_policy
}
