# The pipeline and its jobs run as one role: it may pass nothing but itself.

locals {
  jobs = [
    for kind in ["model", "processing-job", "training-job", "transform-job"] :
    "arn:${var.foundation.partition}:sagemaker:${local.arn_parts}:${kind}/pipelines-*" # so SageMaker names what a pipeline makes
  ]
  packages = [
    "arn:${var.foundation.partition}:sagemaker:${local.arn_parts}:model-package-group/${var.model_package_group_name}",
    "arn:${var.foundation.partition}:sagemaker:${local.arn_parts}:model-package/${var.model_package_group_name}/*",
  ]
}

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

data "aws_iam_policy_document" "this" {
  source_policy_documents = [data.aws_iam_policy_document.data.json]

  statement {
    sid = "RunSteps"
    actions = [
      "sagemaker:AddTags",
      "sagemaker:CreateModel",
      "sagemaker:CreateProcessingJob",
      "sagemaker:CreateTrainingJob",
      "sagemaker:CreateTransformJob",
      "sagemaker:DescribeModel",
      "sagemaker:DescribeProcessingJob",
      "sagemaker:DescribeTrainingJob",
      "sagemaker:DescribeTransformJob",
      "sagemaker:StopProcessingJob",
      "sagemaker:StopTrainingJob",
      "sagemaker:StopTransformJob",
    ]
    resources = local.jobs
  }

  statement {
    sid       = "RegisterVersion"
    actions   = ["sagemaker:AddTags", "sagemaker:CreateModelPackage", "sagemaker:DescribeModelPackage", "sagemaker:DescribeModelPackageGroup"]
    resources = local.packages
  }

  statement {
    sid       = "GiveStepsThisRole"
    actions   = ["iam:PassRole"]
    resources = ["arn:${var.foundation.partition}:iam::${var.foundation.account_id}:role/${local.pipeline_name}"]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["sagemaker.amazonaws.com"]
    }
  }

  statement {
    sid       = "SignInToRegistry"
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"] # the token is the account's, not a repository's
  }

  statement {
    sid       = "PullImages"
    actions   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    resources = [var.repository_arn, "arn:${var.foundation.partition}:ecr:${var.foundation.region}:*:repository/forecasting-deepar"] # AWS's own account for DeepAR
  }

  statement {
    sid       = "WriteLogs"
    actions   = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    resources = ["arn:${var.foundation.partition}:logs:${local.arn_parts}:log-group:/aws/sagemaker/*"] # groups that SageMaker shares in an account
  }
}

resource "aws_iam_role" "this" {
  name               = local.pipeline_name
  description        = "What the training pipeline and its jobs run as"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_iam_role_policy" "this" {
  name   = "permissions"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.this.json
}
