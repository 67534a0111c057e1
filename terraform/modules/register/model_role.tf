# What a model runs as. It lives here, beside the group, because versions and endpoints that were made at run time use it.

data "aws_iam_policy_document" "assume" {
  statement {
    sid     = "SageMakerRunsAsThisRole"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["sagemaker.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [var.foundation.account_id]
    }
  }
}

data "aws_iam_policy_document" "model" {
  statement {
    sid       = "ReadModel"
    actions   = ["s3:GetObject"]
    resources = ["${var.foundation.bucket_arn}/training/*"]
  }

  statement {
    sid       = "CaptureData"
    actions   = ["s3:PutObject"]
    resources = ["${var.foundation.bucket_arn}/data-capture/*"]
  }

  statement {
    sid       = "UseKey"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.foundation.kms_key_arn]
  }

  statement {
    sid       = "SignInToRegistry"
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"] # the token is the account's, not a repository's
  }

  statement {
    sid       = "PullImage"
    actions   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    resources = [var.repository_arn, "arn:${var.foundation.partition}:ecr:${var.foundation.region}:*:repository/forecasting-deepar"] # AWS's own account for DeepAR
  }

  statement {
    sid       = "WriteLog"
    actions   = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["arn:${var.foundation.partition}:logs:${local.arn_parts}:log-group:/aws/sagemaker/Endpoints/${var.foundation.prefix}-*"]
  }

  statement {
    sid       = "WriteEndpointMetrics"
    actions   = ["cloudwatch:PutMetricData"]
    resources = ["*"] # CloudWatch knows no resource here; the namespace bounds it

    condition {
      test     = "StringEquals"
      variable = "cloudwatch:namespace"
      values   = ["/aws/sagemaker/Endpoints"]
    }
  }
}

resource "aws_iam_role" "model" {
  name               = "${var.foundation.prefix}-model"
  description        = "What models and endpoints run as"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_iam_role_policy" "model" {
  name   = "permissions"
  role   = aws_iam_role.model.id
  policy = data.aws_iam_policy_document.model.json
}
