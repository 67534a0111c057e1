# Execution role and logs of the models. They belong to this module because endpoints created at run time use them until the cleanup.

data "aws_iam_policy_document" "model" {
  statement {
    sid       = "ReadModel"
    actions   = ["s3:GetObject"]
    resources = ["${var.foundation.bucket_arn}/training/*"]
  }

  statement {
    sid       = "ReadRequestsOfBatchTransforms"
    actions   = ["s3:GetObject"]
    resources = ["${var.foundation.bucket_arn}/bake/*"]
  }

  statement {
    sid       = "ListModelsAndRequests"
    actions   = ["s3:ListBucket"]
    resources = [var.foundation.bucket_arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["bake/*", "training/*"]
    }
  }

  statement {
    sid       = "WriteForecastsOfBatchTransforms"
    actions   = ["s3:PutObject"]
    resources = ["${var.foundation.bucket_arn}/bake/*"]
  }

  statement {
    sid       = "CaptureData"
    actions   = ["s3:PutObject"]
    resources = ["${var.foundation.bucket_arn}/data-capture/*"]
  }

  statement {
    sid       = "UseKey"
    actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"] # SageMaker requires Encrypt for outputs and data capture
    resources = [var.foundation.kms_key_arn]
  }

  statement {
    sid       = "WriteLog"
    actions   = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${var.foundation.arns.logs}:log-group:/aws/sagemaker/Endpoints/${var.foundation.prefix}-*", "${var.foundation.arns.logs}:log-group:/aws/sagemaker/TransformJobs*"]
  }

  statement {
    sid       = "WriteMetrics"
    actions   = ["cloudwatch:PutMetricData"]
    resources = ["*"] # the action does not support resource-level permissions; the namespace limits it

    condition {
      test     = "StringEquals"
      variable = "cloudwatch:namespace"
      values   = ["/aws/sagemaker/Endpoints", "/aws/sagemaker/TransformJobs"]
    }
  }
}

module "model_role" {
  source = "../service_role"

  account_id               = var.foundation.account_id
  description              = "Execution role of models and endpoints"
  image_repository_arns    = concat([var.repository_arn], var.foundation.deepar_repository_arns)
  name                     = "${var.foundation.prefix}-model"
  permissions_boundary_arn = var.foundation.permissions_boundary_arn
  policy                   = data.aws_iam_policy_document.model.json
  service                  = "sagemaker"
  vpc_config               = var.foundation.vpc_config
}

resource "aws_cloudwatch_log_group" "endpoint" {
  for_each = toset(["pre-traffic", "production", "staging"])

  name              = "/aws/sagemaker/Endpoints/${var.foundation.prefix}-${each.key}"
  kms_key_id        = var.foundation.kms_key_arn
  retention_in_days = var.foundation.log_retention_days
}
