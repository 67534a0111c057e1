data "aws_iam_policy_document" "monitoring_collector" {
  statement {
    sid       = "ReadMinutes"
    actions   = ["sagemaker:BatchGetRecord"]
    resources = [var.feature_group.arn]
  }

  statement {
    sid       = "InvokeEndpoints"
    actions   = ["sagemaker:DescribeEndpoint", "sagemaker:InvokeEndpoint"]
    resources = [for name in values(local.endpoints) : "${var.foundation.arns.sagemaker}:endpoint/${name}"]
  }

  statement {
    sid       = "ReadThresholds"
    actions   = ["ssm:GetParameter"]
    resources = local.threshold_parameter_arns
  }

  statement {
    sid       = "ReadAndWriteMonitoringResults"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = flatten([for stage in keys(local.endpoints) : [for folder in ["monitoring", "monitoring-additional"] : "${var.foundation.bucket_arn}/${folder}/${stage}/*"]])
  }

  # Also because without it a missing object is reported as AccessDenied.
  statement {
    sid       = "ListMonitoringResults"
    actions   = ["s3:ListBucket"]
    resources = [var.foundation.bucket_arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["monitoring/*", "monitoring-additional/*"]
    }
  }
}

data "aws_iam_policy_document" "threshold_updater" {
  statement {
    sid       = "ReadVersion"
    actions   = ["sagemaker:DescribeModelPackage"]
    resources = ["${var.foundation.arns.sagemaker}:model-package/${var.model_package_group_name}/*"]
  }

  statement {
    sid       = "ReadEvaluationsAndResults"
    actions   = ["s3:GetObject"]
    resources = ["${var.foundation.bucket_arn}/monitoring/*", "${var.foundation.bucket_arn}/training/*"]
  }

  statement {
    sid       = "WriteThresholds"
    actions   = ["ssm:GetParameter", "ssm:PutParameter"]
    resources = local.threshold_parameter_arns
  }

  # After a concurrent write it reads the value before, as NAME:VERSION; whether the ARN then has the version is not
  # documented.
  statement {
    sid       = "ReadEarlierThresholds"
    actions   = ["ssm:GetParameter"]
    resources = [for arn in local.threshold_parameter_arns : "${arn}*"]
  }
}

data "aws_iam_policy_document" "ground_truth_writer" {
  statement {
    sid       = "ReadMonitoringResults"
    actions   = ["s3:GetObject"]
    resources = ["${var.foundation.bucket_arn}/monitoring/*", "${var.foundation.bucket_arn}/monitoring-additional/*"]
  }

  statement {
    sid       = "WriteRecords"
    actions   = ["s3:PutObject"]
    resources = ["${var.foundation.bucket_arn}/forecast-capture/*", "${var.foundation.bucket_arn}/ground-truth/*", "${var.foundation.bucket_arn}/predictions/*"]
  }
}
