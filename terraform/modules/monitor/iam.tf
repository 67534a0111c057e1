data "aws_iam_policy_document" "monitoring_collector" {
  statement {
    sid       = "ReadMinutes"
    actions   = ["sagemaker:BatchGetRecord"]
    resources = [var.feature_group.arn]
  }

  statement {
    sid       = "InvokeEndpoint"
    actions   = ["sagemaker:DescribeEndpoint", "sagemaker:InvokeEndpoint"]
    resources = ["${var.foundation.arns.sagemaker}:endpoint/${local.endpoint_name}"]
  }

  statement {
    sid       = "ReadThreshold"
    actions   = ["ssm:GetParameter"]
    resources = [local.threshold_parameter_arn]
  }

  statement {
    sid       = "WriteMonitoringResults"
    actions   = ["s3:PutObject"]
    resources = ["${var.foundation.bucket_arn}/monitoring/production/*"]
  }
}

data "aws_iam_policy_document" "ground_truth_writer" {
  statement {
    sid       = "ReadMonitoringResults"
    actions   = ["s3:GetObject"]
    resources = ["${var.foundation.bucket_arn}/monitoring/*"]
  }

  statement {
    sid       = "WriteRecords"
    actions   = ["s3:PutObject"]
    resources = ["${var.foundation.bucket_arn}/forecast-capture/*", "${var.foundation.bucket_arn}/ground-truth/*"]
  }
}
