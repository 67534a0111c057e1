resource "aws_cloudwatch_metric_alarm" "errors" {
  count = var.alarmed ? 1 : 0

  alarm_name          = "${local.function_name}-errors"
  alarm_description   = "${local.function_name} failed; see its log: ${var.function_defaults.runbook_url}#function-errors"
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = local.function_name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.function_defaults.topic_arn]
}

resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  count = var.alarmed ? 1 : 0

  alarm_name          = local.queue_name
  alarm_description   = "${local.queue_name} has events that failed after all retries; they are retained for 14 days: evergreen dead-letters list: ${var.function_defaults.runbook_url}#function-dead-letters"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = local.queue_name }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.function_defaults.topic_arn]
}
