module "store_grant" {
  source = "../key_grant"

  kms_key_arn = var.foundation.kms_key_arn
  sid         = "GrantKeyToFeatureStore"
}

data "aws_iam_policy_document" "this" {
  override_policy_documents = [module.store_grant.json]

  statement {
    sid       = "WriteOfflineStore"
    actions   = ["s3:GetObject", "s3:PutObject", "s3:PutObjectAcl"]
    resources = ["${var.foundation.bucket_arn}/feature-store/*"]
  }

  statement {
    sid       = "CheckBucket"
    actions   = ["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:ListBucket"]
    resources = [var.foundation.bucket_arn]
  }

  statement {
    sid       = "UseKey"
    actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"]
    resources = [var.foundation.kms_key_arn]
  }
}

module "store_role" {
  source = "../service_role"

  account_id               = var.foundation.account_id
  description              = "Role with which Feature Store writes the offline store"
  name                     = "${local.name}-store"
  permissions_boundary_arn = var.foundation.permissions_boundary_arn
  policy                   = data.aws_iam_policy_document.this.json
  service                  = "sagemaker"
}
