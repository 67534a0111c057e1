# Permissions that every function needs, merged with those of this function.
data "aws_iam_policy_document" "this" {
  source_policy_documents = var.policy[*]

  statement {
    sid       = "WriteLogs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${var.function_defaults.arns.logs}:log-group:/aws/lambda/${local.function_name}:*"]
  }

  statement {
    sid       = "SendToDeadLetterQueue"
    actions   = ["sqs:SendMessage"]
    resources = [local.queue_arn]
  }

  statement {
    sid       = "UseKey"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.function_defaults.kms_key_arn]
  }

  statement {
    sid       = "SendTraces"
    actions   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
    resources = ["*"] # the actions do not support resource-level permissions
  }

  # Lambda itself uses the permissions in modules/service_role to connect the function to the network.
  dynamic "statement" {
    for_each = var.function_defaults.vpc_config[*]

    content {
      sid       = "DenyNetworkInterfacesToCode"
      effect    = "Deny"
      actions   = ["ec2:*NetworkInterface*", "ec2:*PrivateIpAddresses", "ec2:DescribeSubnets"]
      resources = ["*"]

      condition {
        test     = "ArnEquals"
        variable = "lambda:SourceFunctionArn"
        values   = ["${var.function_defaults.arns.lambda}:function:${local.function_name}"]
      }
    }
  }
}

module "role" {
  source = "../service_role"

  description              = "Execution role of the function ${local.function_name}"
  name                     = local.function_name
  permissions_boundary_arn = var.function_defaults.permissions_boundary_arn
  policy                   = data.aws_iam_policy_document.this.json
  service                  = "lambda"
  vpc_config               = var.function_defaults.vpc_config
}
