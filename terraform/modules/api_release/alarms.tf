# Errors through the alias, and those of the new version alone, which a canary's share could hide.

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = {
    alias   = {}
    version = { ExecutedVersion = var.function.version }
  }

  alarm_name          = "${local.name}-${each.key}-errors"
  alarm_description   = "Requests to the API failed (${each.key}); a deployment is rolled back: ${var.foundation.runbook_url}#function-errors"
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = merge({ FunctionName = var.function.name, Resource = "${var.function.name}:${var.alias.name}" }, each.value)
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.foundation.topic_arn]
}
