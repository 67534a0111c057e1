# Hourly loss minus the threshold of the deployed model: above zero in M of N hours.
resource "aws_cloudwatch_metric_alarm" "loss" {
  alarm_name          = local.alarm_name
  alarm_description   = "Production loss exceeds the threshold derived from the backtest of the deployed model; starts retrain_trigger"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  datapoints_to_alarm = var.alarm.datapoints_to_alarm
  evaluation_periods  = var.alarm.evaluation_periods
  treat_missing_data  = "missing" # hours without a monitoring result are not evaluated
  alarm_actions       = [var.foundation.topic_arn]
  ok_actions          = [var.foundation.topic_arn]

  metric_query {
    id          = "e1"
    expression  = "loss - threshold"
    label       = "loss above threshold"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = { loss = "MeanQuantileLoss", threshold = "Threshold" }

    content {
      id          = metric_query.key
      return_data = false

      metric {
        namespace   = var.foundation.metric_namespace
        metric_name = metric_query.value
        dimensions  = { Stage = "production" }
        period      = 3600
        stat        = "Average"
      }
    }
  }
}
