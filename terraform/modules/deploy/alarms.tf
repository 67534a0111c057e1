# Errors and latency of the endpoints that always exist. Production's also roll back a shift of requests to a new version.

locals {
  alarmed_stages  = concat(["production"], var.endpoints.staging_always_on ? ["staging"] : [])
  endpoint_alarms = { for stage in local.alarmed_stages : stage => ["${var.foundation.prefix}-${stage}-errors", "${var.foundation.prefix}-${stage}-latency"] }
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  for_each = local.endpoint_alarms

  alarm_name          = each.value[0]
  alarm_description   = "The model of ${each.key} answered requests with an error of its own: ${var.foundation.runbook_url}#stage-errors"
  namespace           = "AWS/SageMaker"
  metric_name         = "Invocation5XXErrors"
  dimensions          = { EndpointName = "${var.foundation.prefix}-${each.key}", VariantName = local.variant }
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  treat_missing_data  = "notBreaching" # no requests
  alarm_actions       = [var.foundation.topic_arn]
  ok_actions          = [var.foundation.topic_arn]
}

resource "aws_cloudwatch_metric_alarm" "latency" {
  for_each = local.endpoint_alarms

  alarm_name          = each.value[1]
  alarm_description   = "The model of ${each.key} took more than ${var.endpoints.latency_seconds} s per request in two of three minutes: ${var.foundation.runbook_url}#stage-latency"
  namespace           = "AWS/SageMaker"
  metric_name         = "ModelLatency" # microseconds
  dimensions          = { EndpointName = "${var.foundation.prefix}-${each.key}", VariantName = local.variant }
  statistic           = "Average"
  period              = 60
  datapoints_to_alarm = 2
  evaluation_periods  = 3
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.endpoints.latency_seconds * 1000000
  treat_missing_data  = "notBreaching" # no requests
  alarm_actions       = [var.foundation.topic_arn]
  ok_actions          = [var.foundation.topic_arn]
}
