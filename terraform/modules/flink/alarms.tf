locals {
  # By table: the age in minutes at which a record was forgotten by whoever reads it.
  patience_minutes = { minutes = 5, transactions = 10 }
}

resource "aws_cloudwatch_metric_alarm" "behind" {
  for_each = local.patience_minutes

  alarm_name          = "${aws_kinesis_stream.this[each.key].name}-behind"
  alarm_description   = "Whoever reads the stream ${aws_kinesis_stream.this[each.key].name} is more than ${each.value} minutes behind"
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
  alarm_description   = "Transactions were not counted: dead-letters/ in the data bucket says which and why"
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
