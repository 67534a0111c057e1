# Silence is the failure that raises no error.
resource "aws_cloudwatch_metric_alarm" "stalled" {
  alarm_name          = "${local.name}-stalled"
  alarm_description   = "No transaction reached the bus for 15 minutes"
  actions_enabled     = var.poller.desired_count > 0
  namespace           = var.foundation.metric_namespace
  metric_name         = "TransactionsPublished"
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 3
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  treat_missing_data  = "breaching"
  alarm_actions       = [var.foundation.topic_arn]
  ok_actions          = [var.foundation.topic_arn]
}
