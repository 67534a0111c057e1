# Data that the steps of every training pipeline read and write.

module "volume_grant" {
  source = "../key_grant"

  kms_key_arn = var.foundation.kms_key_arn
  sid         = "GrantKeyToJobVolumes"
}

data "aws_iam_policy_document" "data" {
  source_policy_documents = [for event in ["Tournament Decided", "Training Data Rejected"] : var.foundation.event_policies[event]]

  override_policy_documents = [module.volume_grant.json]

  statement {
    sid       = "ReadAndWriteTrainingData"
    actions   = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"]
    resources = ["${var.foundation.bucket_arn}/training/*"]
  }

  statement {
    sid       = "ReadAndWriteRecords"
    actions   = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"]
    resources = ["${var.foundation.bucket_arn}/experiments/*"]
  }

  statement {
    sid       = "ListTrainingData"
    actions   = ["s3:ListBucket"]
    resources = [var.foundation.bucket_arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["experiments/*", "training/*"]
    }
  }

  statement {
    sid       = "GetBucketLocation"
    actions   = ["s3:GetBucketLocation"]
    resources = [var.foundation.bucket_arn]
  }

  # The version in production is asked with the requests of the tournament.
  statement {
    sid       = "AskChampion"
    actions   = ["sagemaker:DescribeEndpoint", "sagemaker:InvokeEndpoint"]
    resources = ["${var.foundation.arns.sagemaker}:endpoint/${var.foundation.prefix}-production"]
  }

  statement {
    sid     = "DescribeChampion"
    actions = ["sagemaker:DescribeEndpointConfig", "sagemaker:DescribeModel"]
    resources = [
      "${var.foundation.arns.sagemaker}:endpoint-config/${var.foundation.prefix}-production-*",
      "${var.foundation.arns.sagemaker}:model/${var.foundation.prefix}-*",
    ]
  }

  statement {
    sid       = "UseKey"
    actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"] # SageMaker requires Encrypt for OutputDataConfig
    resources = [var.foundation.kms_key_arn]
  }

  statement {
    sid       = "WriteJobMetrics"
    actions   = ["cloudwatch:PutMetricData"]
    resources = ["*"] # the action does not support resource-level permissions; the namespace limits it

    condition {
      test     = "StringLike"
      variable = "cloudwatch:namespace"
      values   = ["/aws/sagemaker/*"]
    }
  }
}
