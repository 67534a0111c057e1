# Errors of the new version alone: a canary's share of all requests could hide them.
resource "aws_cloudwatch_metric_alarm" "version" {
  alarm_name          = "${local.name}-version-errors"
  alarm_description   = "The version of the API's function that is released fails; its deployment is rolled back: ${var.foundation.runbook_url}#api-release"
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { ExecutedVersion = var.function.version, FunctionName = var.function.name, Resource = "${var.function.name}:${var.alias.name}" }
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.foundation.topic_arn]
}
