data "aws_iam_policy_document" "deployment_starter" {
  statement {
    sid       = "StartDeployment"
    actions   = ["states:StartExecution"]
    resources = [local.machine_arn]
  }
}

module "volume_grant" {
  source = "../key_grant"

  kms_key_arn = var.foundation.kms_key_arn
  sid         = "GrantKeyToEndpointVolumes"
}

data "aws_iam_policy_document" "endpoint_deployer" {
  override_policy_documents = [module.volume_grant.json]

  statement {
    sid       = "ReadVersion"
    actions   = ["sagemaker:DescribeModelPackage"]
    resources = ["${var.foundation.arns.sagemaker}:model-package/${var.model_package_group_name}/*"]
  }

  statement {
    sid = "DeployVersion"
    actions = [
      "sagemaker:AddTags",
      "sagemaker:CreateEndpoint",
      "sagemaker:CreateEndpointConfig",
      "sagemaker:CreateModel",
      "sagemaker:DeleteEndpoint", # staging and pre-traffic after their tests, and to replace a failed endpoint
      "sagemaker:DescribeEndpoint",
      "sagemaker:DescribeEndpointConfig",
      "sagemaker:DescribeModel",
      "sagemaker:UpdateEndpoint",
    ]
    resources = concat(values(local.endpoint_arns), [
      "${var.foundation.arns.sagemaker}:endpoint-config/${var.foundation.prefix}-production-*",
      "${var.foundation.arns.sagemaker}:endpoint-config/${var.foundation.prefix}-staging-*",
      "${var.foundation.arns.sagemaker}:model/${var.foundation.prefix}-*",
    ])
  }

  dynamic "statement" {
    for_each = var.endpoints.shift == null ? [] : [local.endpoint_settings.rollback_alarms]

    content {
      sid       = "WatchAlarmsOfShift" # by SageMaker, and by the function before it
      actions   = ["cloudwatch:DescribeAlarms"]
      resources = [for name in statement.value : "${var.foundation.arns.cloudwatch}:alarm:${name}"]
    }
  }

  statement {
    sid       = "PassModelRole"
    actions   = ["iam:PassRole"]
    resources = [var.model_role_arn]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["sagemaker.amazonaws.com"]
    }
  }

  statement {
    sid       = "DescribeKeyOfVolumes"
    actions   = ["kms:DescribeKey"]
    resources = [var.foundation.kms_key_arn]
  }
}

locals {
  tested_stages   = concat(["staging"], var.endpoints.pre_traffic_check ? ["pre-traffic"] : [])
  tested_captures = concat(["data-capture/staging/*"], var.endpoints.pre_traffic_check ? ["data-capture/production/${var.foundation.prefix}-pre-traffic/*"] : [])
}

data "aws_iam_policy_document" "smoke_test" {
  statement {
    sid       = "InvokeEndpoint"
    actions   = ["sagemaker:InvokeEndpoint"]
    resources = [for stage in local.tested_stages : local.endpoint_arns[stage]]
  }

  dynamic "statement" {
    for_each = var.feature_group[*]

    content {
      sid       = "ReadMinutes"
      actions   = ["sagemaker:BatchGetRecord"]
      resources = [statement.value.arn]
    }
  }

  # What the prediction of a tabular model is compared with.
  dynamic "statement" {
    for_each = var.sample[*]

    content {
      sid       = "ReadVersion"
      actions   = ["sagemaker:DescribeModelPackage"]
      resources = ["${var.foundation.arns.sagemaker}:model-package/${var.model_package_group_name}/*"]
    }
  }

  dynamic "statement" {
    for_each = var.sample[*]

    content {
      sid       = "ReadEvaluation"
      actions   = ["s3:GetObject"]
      resources = ["${var.foundation.bucket_arn}/training/*"]
    }
  }

  statement {
    sid       = "ReadCapture"
    actions   = ["s3:GetObject"]
    resources = [for folder in local.tested_captures : "${var.foundation.bucket_arn}/${folder}"]
  }

  statement {
    sid       = "ListCapture"
    actions   = ["s3:ListBucket"]
    resources = [var.foundation.bucket_arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = local.tested_captures
    }
  }
}

data "aws_iam_policy_document" "approval_requester" {
  source_policy_documents = [var.foundation.event_policies["Approval Requested"]]

  statement {
    sid       = "ReadPolicy"
    actions   = ["ssm:GetParameter"]
    resources = ["${var.foundation.arns.ssm}:parameter${var.policy_parameter}"]
  }

  statement {
    sid       = "StorePendingApproval"
    actions   = ["ssm:GetParameter", "ssm:PutParameter"]
    resources = ["${var.foundation.arns.ssm}:parameter${var.pending_path}/*"]
  }

  statement {
    sid       = "EncryptTaskToken"
    actions   = ["kms:Encrypt"]
    resources = [var.foundation.kms_key_arn]
  }

  statement {
    sid       = "ApproveAutomatically"
    actions   = ["states:SendTaskSuccess"]
    resources = [local.machine_arn]
  }
}
