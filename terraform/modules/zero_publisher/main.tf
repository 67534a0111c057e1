# Publishes a zero every 15 minutes for metrics that are missing when nothing happens. Their alarms treat missing data
# as "ignore": they begin to count when the deployment runs, and keep their state while the loop is paused. Metrics are
# lines of the function's log, so it needs no permissions of its own.

module "function" {
  source = "../lambda_function"

  alarmed           = false # a schedule that fails once is repeated: see below
  name              = "zero_publisher"
  description       = "Schedule -> a zero for each metric whose silence raises an alarm"
  function_defaults = var.function_defaults

  environment = {
    METRIC_NAMES = join(",", var.metric_names)
  }

  triggers = {
    schedule = {
      description         = "Every 15 minutes -> zero_publisher"
      schedule_expression = "rate(15 minutes)"
    }
  }
}

# While no zeros are published, the alarms of silence keep their state.
resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name          = "${module.function.name}-errors"
  alarm_description   = "${module.function.name} failed with all retries; see its log: ${var.function_defaults.runbook_url}#function-errors"
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = module.function.name }
  statistic           = "Sum"
  period              = 900
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.function_defaults.topic_arn]
}
