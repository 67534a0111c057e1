# What `dead-letters` reads, sends back to where it failed, and deletes.

data "aws_iam_policy_document" "repair" {
  statement {
    sid     = "ReadAndDeleteDeadLetters"
    actions = ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:ReceiveMessage"]

    # By a pattern, because all inline policies of a role together may have 10,240 characters.
    resources = distinct([
      for queue in var.dead_letter_queues :
      "${var.foundation.arns.sqs}:${endswith(queue.name, "-dead-letters") ? "${var.foundation.prefix}-*-dead-letters" : queue.name}"
    ])
  }

  statement {
    sid       = "FindTargetsOfRules"
    actions   = ["events:ListTargetsByRule"]
    resources = [for bus in ["", "${var.foundation.prefix}/"] : "${var.foundation.arns.events}:rule/${bus}${var.foundation.prefix}-*"]
  }

  statement {
    sid     = "InvokeFunctionsAgain"
    actions = ["lambda:InvokeFunction"]

    # Without those that the role may invoke anyway.
    resources = [
      for name in setsubtract([for queue in var.dead_letter_queues : trimsuffix(queue.name, "-dead-letters") if queue.redriven], var.invoked_functions) :
      "${var.foundation.arns.lambda}:function:${name}"
    ]
  }

  dynamic "statement" {
    for_each = length(var.stream_names) == 0 ? [] : [var.stream_names]

    content {
      sid       = "ArchiveAgain"
      actions   = ["firehose:PutRecord"]
      resources = [for name in statement.value : "${var.foundation.arns.firehose}:deliverystream/${name}"]
    }
  }

  statement {
    sid       = "NotifyAgain"
    actions   = ["sns:Publish"]
    resources = [var.foundation.topic_arn]
  }

  # A stream of their own: it shows which decisions EventBridge did not log itself.
  statement {
    sid       = "LogDecisionsAgain"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${var.foundation.arns.logs}:log-group:${var.decision_log_group}:log-stream:redriven"]
  }

  dynamic "statement" {
    for_each = length(var.kinesis_stream_names) == 0 ? [] : [var.kinesis_stream_names]

    content {
      sid       = "StreamAgain"
      actions   = ["kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:PutRecord"]
      resources = [for name in statement.value : "${var.foundation.arns.kinesis}:stream/${name}"]
    }
  }
}
