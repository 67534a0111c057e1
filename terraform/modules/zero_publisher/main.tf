# Publishes a zero every 15 minutes for metrics that are missing when nothing happens. Their alarms treat missing data
# as "ignore": they begin to count when the deployment runs, and keep their state while the loop is paused. Metrics are
# lines of the function's log, so it needs no permissions of its own.

module "function" {
  source = "../lambda_function"

  alarmed           = false # the next run does the same, and the dead letters of one that fails are in evergreen status
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
