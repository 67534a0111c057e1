data "aws_iam_policy_document" "assume" {
  statement {
    sid     = "LambdaRunsAsThisRole"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

# What every function may do; what this one may do beyond that comes from its stage.
data "aws_iam_policy_document" "this" {
  source_policy_documents = [var.policy]

  statement {
    sid       = "WriteLog"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["arn:${var.foundation.partition}:logs:${local.arn_parts}:log-group:/aws/lambda/${local.function_name}:*"]
  }

  statement {
    sid       = "LeaveDeadLetter"
    actions   = ["sqs:SendMessage"]
    resources = [local.queue_arn]
  }

  statement {
    sid       = "UseKey"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.foundation.kms_key_arn]
  }

  statement {
    sid       = "Trace"
    actions   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
    resources = ["*"] # X-Ray knows no resource here
  }
}

resource "aws_iam_role" "this" {
  name               = local.function_name
  description        = "What the function ${local.function_name} runs as"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_iam_role_policy" "this" {
  name   = "permissions"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.this.json
}
