# What a person should know of: an archive that falls behind, and oddities in it (the rows are right all the same).

resource "aws_cloudwatch_metric_alarm" "stuck" {
  alarm_name          = "${var.foundation.prefix}-raw-late"
  alarm_description   = "The oldest transaction on its way to the raw archive is older than 15 minutes"
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
  oddities = {
    ConflictingTransactions = "The same transaction came with two fees; the smaller counts"
    LateTransactions        = "Transactions came more than 15 minutes late: models were trained and measured without them"
  }
}

resource "aws_cloudwatch_metric_alarm" "oddity" {
  for_each = local.oddities

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

# Of both engines. Managed Service for Apache Flink can call an application RUNNING whose job has failed: this tells.
resource "aws_cloudwatch_metric_alarm" "stale" {
  alarm_name          = "${var.foundation.prefix}-features-stale"
  alarm_description   = "No minute's row was written for ten minutes"
  namespace           = var.foundation.metric_namespace
  metric_name         = "RowsWritten"
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 2
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  treat_missing_data  = "breaching"
  alarm_actions       = [var.foundation.topic_arn]
  ok_actions          = [var.foundation.topic_arn]
}
