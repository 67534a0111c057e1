# Two budgets of an account are free. AWS counts what has the tag Deployment, once it is activated as a cost allocation tag.
resource "aws_budgets_budget" "this" {
  for_each = toset(var.budget_usd == null ? [] : ["own"])

  name         = var.foundation.prefix
  budget_type  = "COST"
  limit_amount = tostring(var.budget_usd)
  limit_unit   = "USD"
  time_unit    = "MONTHLY"

  cost_filter {
    name   = "TagKeyValue"
    values = [join("$", ["user:Deployment", var.foundation.prefix])]
  }

  # What was spent, and what the month will cost.
  dynamic "notification" {
    for_each = { ACTUAL = 80, FORECASTED = 100 }

    content {
      comparison_operator       = "GREATER_THAN"
      notification_type         = notification.key
      subscriber_sns_topic_arns = [var.foundation.topic_arn]
      threshold                 = notification.value
      threshold_type            = "PERCENTAGE"
    }
  }
}
