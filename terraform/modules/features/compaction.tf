# Feature Store writes many small files; a daily job merges them into one file per hour.

module "compaction" {
  source = "../processing_job"

  description    = "Execution role of the compaction jobs"
  foundation     = var.foundation
  image          = var.image
  instance_type  = "ml.t3.medium" # the job is bound by S3, not by CPU
  name           = "${var.foundation.prefix}-compaction"
  policy         = data.aws_iam_policy_document.compaction.json
  repository_arn = var.repository_arn
}

module "offline_compactor" {
  source = "../lambda_function"

  name              = "offline_compactor"
  description       = "Schedule -> processing job that merges small files of the offline store"
  function_defaults = var.function_defaults
  policy            = module.compaction.start_policy

  environment = merge(module.compaction.environment, {
    FEATURE_GROUP_NAMES = join(",", [for group in local.groups : group.name])
  })

  triggers = { for expression in compact([var.features.compaction_schedule]) : "schedule" => {
    description         = "Scheduled compaction -> offline_compactor"
    schedule_expression = expression
  } }
}

# Only the compaction job may delete files of the offline store.
data "aws_iam_policy_document" "compaction" {
  statement {
    sid       = "ReplaceOfflineFiles"
    actions   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
    resources = ["${var.foundation.bucket_arn}/feature-store/*"]
  }

  statement {
    sid       = "ListOfflineFiles"
    actions   = ["s3:ListBucket"]
    resources = [var.foundation.bucket_arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["feature-store/*"]
    }
  }

  statement {
    sid       = "DescribeFeatureGroups"
    actions   = ["sagemaker:DescribeFeatureGroup"]
    resources = values(local.arns)
  }
}
