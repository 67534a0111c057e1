data "aws_iam_policy_document" "notifier" {
  statement {
    sid       = "PublishMails"
    actions   = ["sns:Publish"]
    resources = [local.topic_arn]
  }

  statement {
    sid       = "RememberMessages"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["${var.foundation.bucket_arn}/notifications/*"]
  }

  # Without it, S3 does not say that an object is missing.
  statement {
    sid       = "ListMessages"
    actions   = ["s3:ListBucket"]
    resources = [var.foundation.bucket_arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["notifications/*"]
    }
  }

  dynamic "statement" {
    for_each = var.chat ? ["own"] : []

    content {
      sid       = "ReadWebhook"
      actions   = ["ssm:GetParameter"]
      resources = ["${var.foundation.arns.ssm}:parameter${local.chat_parameter}"]
    }
  }

  # It signs the links; the task token beside the key is useless without the permission to send it.
  dynamic "statement" {
    for_each = var.approval_page_url[*]

    content {
      sid       = "ReadKeysOfLinks"
      actions   = ["ssm:GetParameter"]
      resources = ["${var.foundation.arns.ssm}:parameter${var.pending_path}/*"]
    }
  }
}
