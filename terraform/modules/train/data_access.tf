# Which data and settings the steps of the pipeline reach.

data "aws_iam_policy_document" "data" {
  statement {
    sid       = "ReadOfflineStore"
    actions   = ["s3:GetObject"]
    resources = ["${var.foundation.bucket_arn}/feature-store/*"]
  }

  statement {
    sid       = "ReadAndWriteTrainingData"
    actions   = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"]
    resources = ["${var.foundation.bucket_arn}/training/*"]
  }

  statement {
    sid       = "ListBoth"
    actions   = ["s3:ListBucket"]
    resources = [var.foundation.bucket_arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["feature-store/*", "training/*"]
    }
  }

  statement {
    sid       = "FindBucket"
    actions   = ["s3:GetBucketLocation"]
    resources = [var.foundation.bucket_arn]
  }

  statement {
    sid       = "ReadNewestMinutes"
    actions   = ["sagemaker:BatchGetRecord", "sagemaker:DescribeFeatureGroup"]
    resources = [var.feature_group.arn]
  }

  statement {
    sid     = "ReadQualityPolicy"
    actions = ["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"]
    resources = [
      for path in ["data", "data/*", "policy", "policy/*", "threshold"] :
      "arn:${var.foundation.partition}:ssm:${local.arn_parts}:parameter/${var.foundation.prefix}/quality/${path}"
    ]
  }

  statement {
    sid       = "RecordRejectedData"
    actions   = ["events:PutEvents"]
    resources = [var.foundation.bus_arn]

    # The loop acts on other events of its bus; a job may not send those.
    condition {
      test     = "StringEquals"
      variable = "events:detail-type"
      values   = ["Training Data Rejected"]
    }
  }

  statement {
    sid       = "UseKey"
    actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"]
    resources = [var.foundation.kms_key_arn]
  }

  statement {
    sid       = "GrantKeyToJobVolumes"
    actions   = ["kms:CreateGrant"]
    resources = [var.foundation.kms_key_arn]

    condition {
      test     = "Bool"
      variable = "kms:GrantIsForAWSResource"
      values   = ["true"]
    }
  }

  statement {
    sid       = "WriteJobMetrics"
    actions   = ["cloudwatch:PutMetricData"]
    resources = ["*"] # CloudWatch knows no resource here; the namespace bounds it

    condition {
      test     = "StringLike"
      variable = "cloudwatch:namespace"
      values   = ["/aws/sagemaker/*"]
    }
  }
}
