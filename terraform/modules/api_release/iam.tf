locals {
  capture_folder = "data-capture/production/${var.endpoint_name}/"
}

module "role" {
  source = "../service_role"

  description              = "Role of CodeDeploy for ${local.name}"
  name                     = local.name
  permissions_boundary_arn = var.foundation.permissions_boundary_arn
  policy                   = data.aws_iam_policy_document.codedeploy.json
  service                  = "codedeploy"
}

data "aws_iam_policy_document" "codedeploy" {
  statement {
    sid       = "ShiftAlias"
    actions   = ["lambda:GetAlias", "lambda:GetProvisionedConcurrencyConfig", "lambda:UpdateAlias"]
    resources = [local.function_arn, "${local.function_arn}:*"]
  }

  statement {
    sid       = "InvokeHooks"
    actions   = ["lambda:InvokeFunction"]
    resources = ["${var.foundation.arns.lambda}:function:${module.check.name}"]
  }

  statement {
    sid       = "WatchAlarms"
    actions   = ["cloudwatch:DescribeAlarms"]
    resources = [for name in ["${local.name}-version-errors", var.function.alarm_name] : "${var.foundation.arns.cloudwatch}:alarm:${name}"]
  }

  statement {
    sid       = "Notify"
    actions   = ["sns:Publish"]
    resources = [var.foundation.topic_arn]
  }

  statement {
    sid       = "UseKeyOfTopic"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.foundation.kms_key_arn]
  }
}

data "aws_iam_policy_document" "releaser" {
  statement {
    sid       = "ReadAlias"
    actions   = ["lambda:GetAlias"]
    resources = [local.function_arn, "${local.function_arn}:${var.alias.name}"]
  }

  statement {
    sid       = "Deploy"
    actions   = ["codedeploy:CreateDeployment", "codedeploy:GetDeployment", "codedeploy:ListDeployments"]
    resources = [local.group]
  }

  statement {
    sid       = "RegisterRevision"
    actions   = ["codedeploy:GetApplicationRevision", "codedeploy:RegisterApplicationRevision"]
    resources = ["${local.codedeploy}:application:${local.name}"]
  }

  statement {
    sid       = "ReadConfiguration"
    actions   = ["codedeploy:GetDeploymentConfig"]
    resources = ["${local.codedeploy}:deploymentconfig:*"] # CreateDeployment reads that of the group
  }
}

data "aws_iam_policy_document" "check" {
  statement {
    sid       = "ReadAlias"
    actions   = ["lambda:GetAlias"]
    resources = [local.function_arn, "${local.function_arn}:${var.alias.name}"]
  }

  statement {
    sid       = "Predict"
    actions   = ["lambda:InvokeFunction"]
    resources = ["${local.function_arn}:*"]
  }

  statement {
    sid       = "Report"
    actions   = ["codedeploy:GetDeployment", "codedeploy:PutLifecycleEventHookExecutionStatus"]
    resources = [local.group]
  }

  dynamic "statement" {
    for_each = toset(var.capture_percent > 0 ? ["captures"] : [])

    content {
      sid       = "ReadCaptures"
      actions   = ["s3:GetObject"]
      resources = ["${var.foundation.bucket_arn}/${local.capture_folder}*"]
    }
  }

  dynamic "statement" {
    for_each = toset(var.capture_percent > 0 ? ["captures"] : [])

    content {
      sid       = "ListCaptures"
      actions   = ["s3:ListBucket"]
      resources = [var.foundation.bucket_arn]

      condition {
        test     = "StringLike"
        variable = "s3:prefix"
        values   = ["${local.capture_folder}*"]
      }
    }
  }
}
