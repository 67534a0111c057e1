# Only the compaction job may delete files of the offline store.

module "volume_grant" {
  source = "../key_grant"

  kms_key_arn = var.foundation.kms_key_arn
  sid         = "GrantKeyToVolume"
}

data "aws_iam_policy_document" "offline_compactor" {
  override_policy_documents = [module.volume_grant.json]

  statement {
    sid       = "StartJob"
    actions   = ["sagemaker:CreateProcessingJob"]
    resources = ["${var.foundation.arns.sagemaker}:processing-job/${local.job_name}-*"]
  }

  statement {
    sid       = "PassCompactionRole"
    actions   = ["iam:PassRole"]
    resources = ["${var.foundation.arns.iam}:role/${local.job_name}"]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["sagemaker.amazonaws.com"]
    }
  }

  statement {
    sid       = "DescribeKeyOfVolume"
    actions   = ["kms:DescribeKey"]
    resources = [var.foundation.kms_key_arn]
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
    sid       = "DescribeFeatureGroups"
    actions   = ["sagemaker:DescribeFeatureGroup"]
    resources = values(local.arns)
  }

  statement {
    sid       = "UseKey"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.foundation.kms_key_arn]
  }

  statement {
    sid       = "WriteJobMetrics"
    actions   = ["cloudwatch:PutMetricData"]
    resources = ["*"] # the action does not support resource-level permissions; the namespace limits it

    condition {
      test     = "StringEquals"
      variable = "cloudwatch:namespace"
      values   = ["/aws/sagemaker/ProcessingJobs"]
    }
  }

  statement {
    sid       = "WriteLogs"
    actions   = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    resources = ["${var.foundation.arns.logs}:log-group:/aws/sagemaker/*"] # SageMaker writes all jobs of an account to shared log groups
  }
}

module "compaction_role" {
  source = "../service_role"

  account_id            = var.foundation.account_id
  description           = "Execution role of the compaction jobs"
  image_repository_arns = [var.repository_arn]
  name                  = local.job_name
  policy                = data.aws_iam_policy_document.compaction.json
  service               = "sagemaker"
  vpc_config            = var.foundation.vpc_config
}
