data "aws_iam_policy_document" "assume" {
  statement {
    sid     = "FeatureStoreRunsAsThisRole"
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
  statement {
    sid       = "WriteOfflineStore"
    actions   = ["s3:GetObject", "s3:PutObject", "s3:PutObjectAcl"]
    resources = ["${var.foundation.bucket_arn}/feature-store/*"]
  }

  statement {
    sid       = "FindBucket"
    actions   = ["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:ListBucket"]
    resources = [var.foundation.bucket_arn]
  }

  statement {
    sid       = "UseKey"
    actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"]
    resources = [var.foundation.kms_key_arn]
  }

  statement {
    sid       = "GrantKeyToStore"
    actions   = ["kms:CreateGrant"]
    resources = [var.foundation.kms_key_arn]

    condition {
      test     = "Bool"
      variable = "kms:GrantIsForAWSResource"
      values   = ["true"]
    }
  }
}

resource "aws_iam_role" "this" {
  name               = "${local.name}-store"
  description        = "What Feature Store writes the offline store as"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_iam_role_policy" "this" {
  name   = "permissions"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.this.json
}
