# The decision log: all decision events of the loop, searchable. It says which versions have been in production, so it is
# kept as long as their artifacts, for rollbacks: a version may serve for longer than other logs are kept.

resource "aws_cloudwatch_log_group" "decisions" {
  name              = "/${var.prefix}/decisions"
  kms_key_id        = aws_kms_key.this.arn
  retention_in_days = 3653 # the longest that CloudWatch Logs supports
}

data "aws_iam_policy_document" "decisions" {
  statement {
    sid       = "WriteDecisions"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${local.arns.logs}:log-group:/${var.prefix}/decisions:*"]

    principals {
      type        = "Service"
      identifiers = ["delivery.logs.amazonaws.com", "events.amazonaws.com"]
    }
  }
}

resource "aws_cloudwatch_log_resource_policy" "decisions" {
  policy_name     = "${var.prefix}-decisions"
  policy_document = data.aws_iam_policy_document.decisions.json
}

resource "aws_cloudwatch_event_rule" "decisions" {
  name           = "${var.prefix}-decisions"
  description    = "Decision events -> decision log"
  event_bus_name = aws_cloudwatch_event_bus.this.name
  event_pattern  = jsonencode({ source = ["evergreen.loop"] })
}

resource "aws_cloudwatch_event_target" "decisions" {
  rule           = aws_cloudwatch_event_rule.decisions.name
  event_bus_name = aws_cloudwatch_event_bus.this.name
  target_id      = "log"
  arn            = aws_cloudwatch_log_group.decisions.arn

  dead_letter_config {
    arn = local.queue_arn
  }

  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 10
  }

  depends_on = [aws_cloudwatch_log_resource_policy.decisions] # without the policy EventBridge drops the events
}
