# A silent source raises no error. A stream of your own may be quiet, but it has to be polled. Without polls or
# transactions, the zeros of zero_publisher count.
resource "aws_cloudwatch_metric_alarm" "stalled" {
  alarm_name          = "${local.name}-stalled"
  alarm_description   = "${var.poller.source == "http" ? "The source was not polled" : "No transaction reached the bus"} for ${2 * local.silence_period / 60} minutes: ${var.foundation.runbook_url}#poller-stalled"
  actions_enabled     = var.poller.desired_count > 0
  namespace           = var.foundation.metric_namespace
  metric_name         = local.life_sign
  statistic           = "Sum"
  period              = local.silence_period
  evaluation_periods  = 2
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  treat_missing_data  = "ignore"
  alarm_actions       = [var.foundation.topic_arn]
  ok_actions          = [var.foundation.topic_arn]
}

# A single gap may be a restart of the server. Repeated gaps: polls are too slow for the list.
resource "aws_cloudwatch_metric_alarm" "gaps" {
  alarm_name          = "${local.name}-gaps"
  alarm_description   = "Polls do not overlap: transactions are missed. Poll more often, or use the WebSocket: ${var.foundation.runbook_url}#poller-gaps"
  actions_enabled     = var.poller.desired_count > 0
  namespace           = var.foundation.metric_namespace
  metric_name         = "PollGaps"
  statistic           = "Sum"
  period              = 300
  datapoints_to_alarm = 3
  evaluation_periods  = 4
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.foundation.topic_arn]
  ok_actions          = [var.foundation.topic_arn]
}

# After a change of the shape every item is invalid. An item that the source lists among valid ones is no reason: half of
# a poll has to be invalid, in three of four periods. A source that is polled rarely has a poll in each. The metric has
# no zeros, so of periods without such a poll CloudWatch also looks at some before the four.
resource "aws_cloudwatch_metric_alarm" "rejections" {
  alarm_name          = "${local.name}-rejections"
  alarm_description   = "Most items of the source are invalid, as after a change of their shape: ${var.foundation.runbook_url}#poller-rejections"
  actions_enabled     = var.poller.desired_count > 0
  namespace           = var.foundation.metric_namespace
  metric_name         = "PollsRejected"
  statistic           = "Sum"
  period              = 300 * ceil(var.poller.poll_seconds / 300)
  datapoints_to_alarm = 3
  evaluation_periods  = 4
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.foundation.topic_arn]
  ok_actions          = [var.foundation.topic_arn]
}
