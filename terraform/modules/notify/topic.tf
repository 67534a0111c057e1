# What people read; subscribe further addresses here.

module "topic_tls_only" {
  source = "../tls_only"

  actions   = ["sns:Publish"]
  resources = [local.topic_arn]
}

data "aws_iam_policy_document" "topic" {
  source_policy_documents = [module.topic_tls_only.json]

  statement {
    sid       = "PublishAlarmsOfNotifier"
    actions   = ["sns:Publish"]
    resources = [local.topic_arn]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["${var.foundation.arns.cloudwatch}:alarm:${var.foundation.prefix}-notifier-*"]
    }
  }
}

resource "aws_sns_topic" "notifications" {
  name              = local.topic_name
  kms_master_key_id = var.foundation.kms_key_arn
  policy            = data.aws_iam_policy_document.topic.json
}

resource "aws_sns_topic_subscription" "mail" {
  for_each = toset(var.email == null ? [] : [var.email])

  topic_arn = aws_sns_topic.notifications.arn
  protocol  = "email"
  endpoint  = each.value
}
