# The rules that invoke the function.

resource "aws_cloudwatch_event_rule" "this" {
  for_each = var.triggers

  name                = "${local.function_name}-${each.key}"
  description         = each.value.description
  event_bus_name      = each.value.event_bus_name
  event_pattern       = each.value.event_pattern
  schedule_expression = each.value.schedule_expression
  state               = var.function_defaults.paused && each.value.schedule_expression != null ? "DISABLED" : "ENABLED"
}

resource "aws_cloudwatch_event_target" "this" {
  for_each = var.triggers

  rule           = aws_cloudwatch_event_rule.this[each.key].name
  event_bus_name = each.value.event_bus_name
  target_id      = "function"
  arn            = aws_lambda_function.this.arn

  # A constant `input` would lose the event's time, which is "now" for the functions.
  dynamic "input_transformer" {
    for_each = each.value.input == null ? [] : [each.value.input]

    content {
      input_paths = { id = "$.id", time = "$.time" }
      # jsonencode escapes the brackets of the placeholders.
      input_template = replace(replace(jsonencode(merge(input_transformer.value, { id = "<id>", time = "<time>" })), "\\u003c", "<"), "\\u003e", ">")
    }
  }

  dead_letter_config {
    arn = local.queue_arn
  }

  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 10
  }
}

resource "aws_lambda_permission" "this" {
  for_each = var.triggers

  statement_id  = "rule-${each.key}"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.this.function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.this[each.key].arn
}
