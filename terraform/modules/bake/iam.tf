module "volume_grant" {
  source = "../key_grant"

  kms_key_arn = var.foundation.kms_key_arn
  sid         = "GrantKeyToVolumes"
}

data "aws_iam_policy_document" "bake_starter" {
  override_policy_documents = [module.volume_grant.json]

  statement {
    sid       = "ReadThreshold"
    actions   = ["ssm:GetParameter"]
    resources = ["${var.foundation.arns.ssm}:parameter${var.threshold_parameter}"]
  }

  dynamic "statement" {
    for_each = var.feature_group[*]

    content {
      sid       = "ReadMinutes"
      actions   = ["sagemaker:BatchGetRecord"]
      resources = [statement.value.arn]
    }
  }

  statement {
    sid       = "ReadMonitoringResults"
    actions   = ["s3:GetObject"]
    resources = ["${var.foundation.bucket_arn}/monitoring/production/*"]
  }

  statement {
    sid       = "ListMonitoringResults"
    actions   = ["s3:ListBucket"]
    resources = [var.foundation.bucket_arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["monitoring/production/*"]
    }
  }

  statement {
    sid       = "WriteRequests"
    actions   = ["s3:PutObject"]
    resources = ["${var.foundation.bucket_arn}/bake/*"]
  }

  statement {
    sid       = "CreateJob"
    actions   = ["sagemaker:CreateTransformJob"]
    resources = ["${var.foundation.arns.sagemaker}:transform-job/${local.job_name_prefix}*"]
  }

  statement {
    sid       = "DescribeKeyOfVolumes"
    actions   = ["kms:DescribeKey"]
    resources = [var.foundation.kms_key_arn]
  }
}

data "aws_iam_policy_document" "bake_judge" {
  source_policy_documents = [var.foundation.event_policies["Bake Checked"]]

  statement {
    sid       = "ReadForecasts"
    actions   = ["s3:GetObject"]
    resources = ["${var.foundation.bucket_arn}/bake/*"]
  }

  statement {
    sid       = "DescribeProduction"
    actions   = ["sagemaker:DescribeEndpoint"]
    resources = ["${var.foundation.arns.sagemaker}:endpoint/${var.foundation.prefix}-production"]
  }

  statement {
    sid       = "StartRollback"
    actions   = ["states:StartExecution"]
    resources = [var.state_machine_arn]
  }
}
