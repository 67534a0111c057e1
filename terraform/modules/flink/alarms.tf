locals {
  # By table: minutes that the consumer of the stream may lag behind.
  maximum_lag_minutes = { minutes = 5, transactions = 10 }
}

resource "aws_cloudwatch_metric_alarm" "behind" {
  for_each = local.maximum_lag_minutes

  alarm_name          = "${aws_kinesis_stream.this[each.key].name}-behind"
  alarm_description   = "The consumer of the stream ${aws_kinesis_stream.this[each.key].name} is more than ${each.value} minutes behind: ${var.foundation.runbook_url}#stream-behind"
  namespace           = "AWS/Kinesis"
  metric_name         = "GetRecords.IteratorAgeMilliseconds"
  dimensions          = { StreamName = aws_kinesis_stream.this[each.key].name }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value * 60000
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.foundation.topic_arn]
}

resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  alarm_name          = "${local.name}-dead-letters"
  alarm_description   = "The streaming job rejected transactions; dead-letters/ in the data bucket holds them with the reasons: ${var.foundation.runbook_url}#streaming-dead-letters"
  namespace           = "AWS/Kinesis"
  metric_name         = "IncomingRecords"
  dimensions          = { StreamName = aws_kinesis_stream.this["dead-letters"].name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.foundation.topic_arn]
}
