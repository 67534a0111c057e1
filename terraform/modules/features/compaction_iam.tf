# What starts a compaction, and what the job may do: it alone deletes offline files.

data "aws_iam_policy_document" "offline_compactor" {
  statement {
    sid       = "StartJob"
    actions   = ["sagemaker:AddTags", "sagemaker:CreateProcessingJob"]
    resources = ["${local.sagemaker}:processing-job/${local.job_name}-*"]
  }

  statement {
    sid       = "GiveJobItsRole"
    actions   = ["iam:PassRole"]
    resources = ["arn:${var.foundation.partition}:iam::${var.foundation.account_id}:role/${local.job_name}"]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["sagemaker.amazonaws.com"]
    }
  }
}

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
    sid       = "FindOfflineStores"
    actions   = ["sagemaker:DescribeFeatureGroup"]
    resources = values(local.arns)
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
    resources = [var.repository_arn]
  }

  statement {
    sid       = "WriteLogs"
    actions   = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    resources = ["arn:${var.foundation.partition}:logs:${local.arn_parts}:log-group:/aws/sagemaker/*"] # groups that SageMaker shares in an account
  }
}

resource "aws_iam_role" "compaction" {
  name               = local.job_name
  description        = "What compactions of the offline store run as"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_iam_role_policy" "compaction" {
  name   = "permissions"
  role   = aws_iam_role.compaction.id
  policy = data.aws_iam_policy_document.compaction.json
}
