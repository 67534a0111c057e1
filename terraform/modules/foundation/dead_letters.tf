# Dead-letter queue of rules whose target is not a function (functions have their own queues).

module "undelivered_tls_only" {
  source = "../tls_only"

  actions   = ["sqs:*"]
  resources = [local.queue_arn]
}

data "aws_iam_policy_document" "undelivered" {
  source_policy_documents = [module.undelivered_tls_only.json]

  statement {
    sid       = "SendFromRules"
    actions   = ["sqs:SendMessage"]
    resources = [local.queue_arn]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = local.rules
    }
  }
}

resource "aws_sqs_queue" "undelivered" {
  name                      = local.queue_name
  kms_master_key_id         = local.key_alias # by alias, so that the queue (30 s to create) does not wait for the key (15 s)
  message_retention_seconds = 1209600
  policy                    = data.aws_iam_policy_document.undelivered.json
}

resource "aws_cloudwatch_metric_alarm" "undelivered" {
  alarm_name          = local.queue_name
  alarm_description   = "${local.queue_name} has events that could not be delivered to their target within the time of their retries: evergreen dead-letters list: ${var.runbook_url}#undelivered"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = local.queue_name }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
}
