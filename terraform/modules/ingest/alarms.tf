# Alarms for a delayed archive and for irregular transactions (the rows stay exact).

resource "aws_cloudwatch_metric_alarm" "delayed" {
  alarm_name          = "${var.foundation.prefix}-raw-late"
  alarm_description   = "Firehose delivers transactions to the raw archive more than 15 minutes late: ${var.foundation.runbook_url}#raw-late"
  namespace           = "AWS/Firehose"
  metric_name         = "DeliveryToS3.DataFreshness"
  dimensions          = { DeliveryStreamName = "${var.foundation.prefix}-raw" }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 2
  comparison_operator = "GreaterThanThreshold"
  threshold           = 900
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.foundation.topic_arn]
}

locals {
  irregularities = {
    ConflictingTransactions = "A transaction was received with two different fees; the lower one counts: ${var.foundation.runbook_url}#conflicting-transactions"
    LateTransactions        = "Transactions arrived more than 15 minutes late; models may have been trained and monitored without them: ${var.foundation.runbook_url}#late-transactions"
  }
}

resource "aws_cloudwatch_metric_alarm" "irregular" {
  for_each = local.irregularities

  alarm_name          = "${var.foundation.prefix}-${lower(trimsuffix(each.key, "Transactions"))}-transactions"
  alarm_description   = each.value
  namespace           = var.foundation.metric_namespace
  metric_name         = each.key
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.foundation.topic_arn]
}

# For both engines. Managed Service for Apache Flink can report RUNNING although the job has failed. Without rows, the
# zeros of zero_publisher count.
resource "aws_cloudwatch_metric_alarm" "stale" {
  alarm_name          = "${var.foundation.prefix}-features-stale"
  alarm_description   = "No minute row was written for ${2 * var.silence_period / 60} minutes: ${var.foundation.runbook_url}#features-stale"
  namespace           = var.foundation.metric_namespace
  metric_name         = "RowsWritten"
  statistic           = "Sum"
  period              = var.silence_period
  evaluation_periods  = 2
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  treat_missing_data  = "ignore"
  alarm_actions       = [var.foundation.topic_arn]
  ok_actions          = [var.foundation.topic_arn]
}
