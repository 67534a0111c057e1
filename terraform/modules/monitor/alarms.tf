# The collector decides on a breach (M of N, with release); the alarm only reports it. Production's
# starts a retraining, those of other stages and the data alarm only send a message.
resource "aws_cloudwatch_metric_alarm" "loss" {
  for_each = local.endpoints

  alarm_name          = "${each.value}-loss"
  alarm_description   = "Relative loss of ${each.value} exceeds the threshold of its version in ${var.alarm.datapoints_to_alarm} of ${var.alarm.evaluation_periods} hours: ${var.foundation.runbook_url}#stage-loss"
  namespace           = var.foundation.metric_namespace
  metric_name         = "Breach"
  dimensions          = { Stage = each.key }
  statistic           = "Maximum"
  period              = 3600
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  datapoints_to_alarm = 1
  evaluation_periods  = 1
  # The state stays: no reading means neither recovery nor, after INSUFFICIENT_DATA, a second alarm.
  treat_missing_data = "ignore"
  alarm_actions      = [var.foundation.topic_arn]
  ok_actions         = [var.foundation.topic_arn]
}

# The loss alarm keeps its state without a loss. Before the first model there is nothing to measure, so missing data
# raise no alarm: the collector counts 0 windows for an endpoint that served before. If it fails, its own alarms tell.
resource "aws_cloudwatch_metric_alarm" "silent" {
  for_each = local.endpoints

  alarm_name          = "${each.value}-unmonitored"
  alarm_description   = "No loss of ${each.value} was measured for three hours: ${var.foundation.runbook_url}#stage-unmonitored"
  actions_enabled     = !var.foundation.paused && !(var.foundation.stopped && each.key == "production")
  namespace           = var.foundation.metric_namespace
  metric_name         = "ScoredWindows"
  dimensions          = { Stage = each.key }
  statistic           = "Sum"
  period              = 3600
  evaluation_periods  = 3
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.foundation.topic_arn]
  ok_actions          = [var.foundation.topic_arn]
}

# Training helps against a bad model, not against a stream that every forecast finds harder.
resource "aws_cloudwatch_metric_alarm" "harder" {
  alarm_name          = "${local.endpoints["production"]}-data-harder"
  alarm_description   = "In six hours the loss of the reference forecast was ${var.alarm.harder_ratio} times that in the backtest of the version in production: the stream is harder to forecast: ${var.foundation.runbook_url}#production-data-harder"
  namespace           = var.foundation.metric_namespace
  metric_name         = "ReferenceLossRatio"
  dimensions          = { Stage = "production" }
  statistic           = "Average"
  period              = 21600
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.alarm.harder_ratio
  treat_missing_data  = "ignore"
  alarm_actions       = [var.foundation.topic_arn]
  ok_actions          = [var.foundation.topic_arn]
}
