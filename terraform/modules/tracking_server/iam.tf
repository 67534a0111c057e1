data "aws_iam_policy_document" "server" {
  statement {
    sid       = "ReadAndWriteArtifacts"
    actions   = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
    resources = ["${var.foundation.bucket_arn}/${local.artifacts}/*"]
  }

  statement {
    sid       = "ListArtifacts"
    actions   = ["s3:ListBucket"]
    resources = [var.foundation.bucket_arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["${local.artifacts}/*"]
    }
  }

  statement {
    sid       = "UseKey"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.foundation.kms_key_arn]
  }
}

module "role" {
  source = "../service_role"

  account_id               = var.foundation.account_id
  description              = "Role with which the MLflow tracking server reads and writes artifacts"
  name                     = "${var.foundation.prefix}-tracking-server"
  permissions_boundary_arn = var.foundation.permissions_boundary_arn
  policy                   = data.aws_iam_policy_document.server.json
  service                  = "sagemaker"
}
