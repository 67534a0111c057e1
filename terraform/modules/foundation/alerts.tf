# Alerts: alarms, decision events that need attention, releases and the budget. modules/notify writes the mails about them.

module "topic_tls_only" {
  source = "../tls_only"

  actions   = ["sns:Publish"]
  resources = [local.topic_arn]
}

data "aws_iam_policy_document" "topic" {
  source_policy_documents = [module.topic_tls_only.json]

  statement {
    sid       = "PublishAlarms"
    actions   = ["sns:Publish"]
    resources = [local.topic_arn]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }
  }

  statement {
    sid       = "PublishBudget"
    actions   = ["sns:Publish"]
    resources = [local.topic_arn]

    principals {
      type        = "Service"
      identifiers = ["budgets.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }
  }

  # Without condition: EventBridge publishes without aws:SourceAccount and aws:SourceArn, so a
  # statement that requires them never applies, and the events are dropped.
  statement {
    sid       = "PublishEvents"
    actions   = ["sns:Publish"]
    resources = [local.topic_arn]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }
  }
}

resource "aws_sns_topic" "alerts" {
  name              = local.topic_name
  kms_master_key_id = aws_kms_key.this.arn
  policy            = data.aws_iam_policy_document.topic.json
}

resource "aws_cloudwatch_event_rule" "attention" {
  name           = "${var.prefix}-attention"
  description    = "Decision events that need attention -> alerts"
  event_bus_name = aws_cloudwatch_event_bus.this.name
  event_pattern = jsonencode({
    source = ["evergreen.loop"]
    "$or" = [
      { "detail-type" = ["Approval Requested", "Batch Failed", "Deployment Failed", "Training Failed"] },
      { "detail-type" = ["Tournament Decided"], detail = { winner = [null] } },               # ended without a new version
      { "detail-type" = ["Retraining Skipped"], detail = { invalid = ["hyperparameters"] } }, # until a person corrects them
      { "detail-type" = ["Model Deployed"], detail = { stage = ["production"] } },
      { "detail-type" = ["Batch Scored"], detail = { files_all_rejected = [{ numeric = [">", 0] }] } }, # files without predictions
    ]
  })
}

resource "aws_cloudwatch_event_target" "attention" {
  rule           = aws_cloudwatch_event_rule.attention.name
  event_bus_name = aws_cloudwatch_event_bus.this.name
  target_id      = "topic"
  arn            = aws_sns_topic.alerts.arn

  dead_letter_config {
    arn = local.queue_arn
  }

  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 10
  }
}
