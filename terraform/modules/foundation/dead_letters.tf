# Events that no target took, other than the functions' (they have their own queues).

data "aws_iam_policy_document" "undelivered" {
  statement {
    sid       = "RulesOfThisDeployment"
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
  kms_master_key_id         = local.key_alias # by name: a new queue takes half a minute, the key a quarter
  message_retention_seconds = 1209600
  policy                    = data.aws_iam_policy_document.undelivered.json
}

resource "aws_cloudwatch_metric_alarm" "undelivered" {
  alarm_name          = local.queue_name
  alarm_description   = "Events wait in ${local.queue_name}: a target refused them for an hour"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = local.queue_name }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.notifications.arn]
}
