data "aws_iam_policy_document" "assume" {
  statement {
    sid     = "StepFunctionsRunsAsThisRole"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["states.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [var.foundation.account_id]
    }
  }
}

data "aws_iam_policy_document" "machine" {
  statement {
    sid       = "InvokeSteps"
    actions   = ["lambda:InvokeFunction"]
    resources = [for name in ["approval-requester", "endpoint-deployer", "smoke-test"] : "arn:${var.foundation.partition}:lambda:${local.arn_parts}:function:${var.foundation.prefix}-${name}"]
  }

  statement {
    sid       = "RecordDecisions"
    actions   = ["events:PutEvents"]
    resources = [var.foundation.bus_arn]
  }

  statement {
    sid = "DeliverLog"
    actions = [
      "logs:CreateLogDelivery",
      "logs:DeleteLogDelivery",
      "logs:DescribeLogGroups",
      "logs:DescribeResourcePolicies",
      "logs:GetLogDelivery",
      "logs:ListLogDeliveries",
      "logs:PutResourcePolicy",
      "logs:UpdateLogDelivery",
    ]
    resources = ["*"] # log delivery knows no resource
  }
}

resource "aws_iam_role" "machine" {
  name               = local.machine_name
  description        = "What the deployment runs as"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_iam_role_policy" "machine" {
  name   = "permissions"
  role   = aws_iam_role.machine.id
  policy = data.aws_iam_policy_document.machine.json
}

resource "aws_cloudwatch_log_group" "machine" {
  name              = "/aws/vendedlogs/states/${local.machine_name}" # this start keeps the account's resource policy short
  kms_key_id        = var.foundation.kms_key_arn
  retention_in_days = var.foundation.log_retention_days
}

resource "aws_sfn_state_machine" "this" {
  name       = local.machine_name
  role_arn   = aws_iam_role.machine.arn
  type       = "STANDARD"
  definition = local.definition

  logging_configuration {
    include_execution_data = false # the task token is not for a log
    level                  = "ERROR"
    log_destination        = "${aws_cloudwatch_log_group.machine.arn}:*"
  }

  depends_on = [aws_iam_role_policy.machine] # Step Functions tries the log delivery at creation
}
