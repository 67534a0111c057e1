# The statement that every policy of a bucket, queue or topic begins with.

data "aws_iam_policy_document" "this" {
  statement {
    sid       = "DenyUnencryptedTransport"
    effect    = "Deny"
    actions   = var.actions
    resources = var.resources

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}
