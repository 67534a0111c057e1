# Notifications for people: alarms, and decision events that need attention.

data "aws_iam_policy_document" "topic" {
  statement {
    sid       = "PublishAlarmsAndEvents"
    actions   = ["sns:Publish"]
    resources = ["${local.arns.sns}:${var.prefix}-notifications"]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com", "events.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }
  }
}

resource "aws_sns_topic" "notifications" {
  name              = "${var.prefix}-notifications"
  kms_master_key_id = aws_kms_key.this.arn
  policy            = data.aws_iam_policy_document.topic.json
}

resource "aws_sns_topic_subscription" "mail" {
  for_each = toset(var.notification_email == null ? [] : [var.notification_email])

  topic_arn = aws_sns_topic.notifications.arn
  protocol  = "email"
  endpoint  = each.value
}

resource "aws_cloudwatch_event_rule" "attention" {
  name           = "${var.prefix}-attention"
  description    = "Decision events that need attention -> notification topic"
  event_bus_name = aws_cloudwatch_event_bus.this.name
  event_pattern = jsonencode({
    source = ["evergreen.loop"]
    "$or" = [
      { "detail-type" = ["Approval Requested", "Deployment Failed", "Model Deployed", "Retraining Started", "Training Failed"] },
      { "detail-type" = ["Tournament Decided"], detail = { winner = [null] } }, # ended without a new version
    ]
  })
}

resource "aws_cloudwatch_event_target" "attention" {
  rule           = aws_cloudwatch_event_rule.attention.name
  event_bus_name = aws_cloudwatch_event_bus.this.name
  target_id      = "topic"
  arn            = aws_sns_topic.notifications.arn

  dead_letter_config {
    arn = local.queue_arn
  }

  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 10
  }
}
