data "aws_iam_policy_document" "monitoring_collector" {
  source_policy_documents = [(local.is_tabular ? data.aws_iam_policy_document.read_records : data.aws_iam_policy_document.forecast).json]

  statement {
    sid       = "DescribeEndpoints"
    actions   = ["sagemaker:DescribeEndpoint"]
    resources = local.endpoint_arns
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

# Of the forecaster: the collector asks for forecasts of the newest minutes.
data "aws_iam_policy_document" "forecast" {
  dynamic "statement" {
    for_each = var.feature_group[*]

    content {
      sid       = "ReadMinutes"
      actions   = ["sagemaker:BatchGetRecord"]
      resources = [statement.value.arn]
    }
  }

  statement {
    sid       = "InvokeEndpoints"
    actions   = ["sagemaker:InvokeEndpoint"]
    resources = local.endpoint_arns
  }
}

# Of a tabular model: it reads what clients sent, and the ground truth that they delivered.
data "aws_iam_policy_document" "read_records" {
  statement {
    sid       = "ReadRecordsAndEvaluations"
    actions   = ["s3:GetObject"]
    resources = [for folder in ["data-capture", "ground-truth", "training"] : "${var.foundation.bucket_arn}/${folder}/*"]
  }

  statement {
    sid       = "ListRecords"
    actions   = ["s3:ListBucket"]
    resources = [var.foundation.bucket_arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["data-capture/*", "ground-truth/*"]
    }
  }

  statement {
    sid       = "ReadVersion"
    actions   = ["sagemaker:DescribeModelPackage"]
    resources = ["${var.foundation.arns.sagemaker}:model-package/${var.model_package_group_name}/*"]
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
