# What this pipeline may do in addition to other training pipelines.

data "aws_iam_policy_document" "this" {
  statement {
    sid       = "ReadOfflineStore"
    actions   = ["s3:GetObject"]
    resources = ["${var.foundation.bucket_arn}/feature-store/*"]
  }

  statement {
    sid       = "ListOfflineStore"
    actions   = ["s3:ListBucket"]
    resources = [var.foundation.bucket_arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["feature-store/*"]
    }
  }

  statement {
    sid       = "ReadNewestMinutes"
    actions   = ["sagemaker:BatchGetRecord", "sagemaker:DescribeFeatureGroup"]
    resources = [var.feature_group.arn]
  }

  statement {
    sid       = "ReadLimitsOfData"
    actions   = ["ssm:GetParametersByPath"]
    resources = [for path in ["data", "data/*"] : "${var.foundation.arns.ssm}:parameter/${var.foundation.prefix}/quality/${path}"]
  }

  # Names have at most 32 characters, with the id of the execution and a part of the step's name.
  dynamic "statement" {
    for_each = var.training.tuning[*]

    content {
      sid = "RunSearch"
      actions = [
        "sagemaker:AddTags",
        "sagemaker:CreateHyperParameterTuningJob",
        "sagemaker:DescribeHyperParameterTuningJob",
        "sagemaker:ListTrainingJobsForHyperParameterTuningJob",
        "sagemaker:StopHyperParameterTuningJob",
      ]
      resources = [for name in ["pipelines-*", "*-TuneDeep-*"] : "${var.foundation.arns.sagemaker}:hyper-parameter-tuning-job/${name}"]
    }
  }
}

module "training_role" {
  source = "../training_role"

  description              = "Execution role of the training pipeline and its jobs"
  foundation               = var.foundation
  image_repository_arns    = concat([var.repository_arn], var.foundation.deepar_repository_arns)
  model_package_group_name = var.model_package_group_name
  pipeline_name            = local.pipeline_name
  policies                 = [data.aws_iam_policy_document.this.json, data.aws_iam_policy_document.tracking.json]
}
