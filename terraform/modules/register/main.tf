# ⑤ register: model package group, approval policy, and execution role of the models.

locals {
  group_name       = "${var.foundation.prefix}-models"
  policy_setting   = "approval/policy"
  policy_parameter = "/${var.foundation.prefix}/${local.policy_setting}"

  pending_pattern = {
    source        = ["aws.sagemaker"]
    "detail-type" = ["SageMaker Model Package State Change"]
    detail = {
      ModelPackageGroupName = [local.group_name]
      ModelApprovalStatus   = ["PendingManualApproval"]
    }
  }
}

resource "aws_sagemaker_model_package_group" "this" {
  model_package_group_name        = local.group_name
  model_package_group_description = "Forecasting models, one version per registered training"

  lifecycle {
    ignore_changes = [model_package_group_description] # SageMaker cannot change it, and a new group has no versions
  }
}

# Versions that were promoted, for the function that imports them in the account of production.
data "aws_iam_policy_document" "group" {
  for_each = { for reader in var.foundation.version_reader[*] : "own" => reader }

  statement {
    sid       = "ReadPromotedVersion"
    actions   = ["sagemaker:DescribeModelPackage"]
    resources = ["${var.foundation.arns.sagemaker}:model-package/${local.group_name}/*"]

    principals {
      type        = "AWS"
      identifiers = [each.value.account_arn]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:PrincipalArn"
      values   = [each.value.role_arn]
    }
  }
}

resource "aws_sagemaker_model_package_group_policy" "this" {
  for_each = data.aws_iam_policy_document.group

  model_package_group_name = aws_sagemaker_model_package_group.this.model_package_group_name
  resource_policy          = each.value.json
}

module "settings" {
  source = "../settings"

  prefix   = var.foundation.prefix
  settings = { (local.policy_setting) = { description = "Approval of new versions: manual (by a person) or automatic", value = var.approval_policy } }
}

moved {
  from = aws_ssm_parameter.policy
  to   = module.settings.aws_ssm_parameter.this["approval/policy"]
}

module "model_approver" {
  source = "../lambda_function"

  name              = "model_approver"
  description       = "New model package -> approved by the policy, or a request to a person"
  function_defaults = var.function_defaults
  policy            = data.aws_iam_policy_document.model_approver.json

  environment = {
    EVENT_BUS_NAME   = var.foundation.bus_name
    POLICY_PARAMETER = module.settings.names[local.policy_setting]
  }

  triggers = {
    pending = {
      description   = "Model package pending approval -> model_approver"
      event_pattern = jsonencode(local.pending_pattern)
    }
  }
}

# For every role that lists the versions.
data "aws_iam_policy_document" "list_versions" {
  # checkov:skip=CKV_AWS_356:SageMaker's limit: the action takes packages as resources, but a request names only their group
  statement {
    sid       = "ListVersions"
    actions   = ["sagemaker:ListModelPackages"]
    resources = ["*"]
  }
}

data "aws_iam_policy_document" "model_approver" {
  source_policy_documents = [var.foundation.event_policies["Approval Requested"]]

  statement {
    sid       = "ReadPolicy"
    actions   = ["ssm:GetParameter"]
    resources = ["${var.foundation.arns.ssm}:parameter${local.policy_parameter}"]
  }

  statement {
    sid       = "DescribeVersions"
    actions   = ["sagemaker:DescribeModelPackage"]
    resources = ["${var.foundation.arns.sagemaker}:model-package/${local.group_name}/*"]
  }

  statement {
    sid       = "ApproveVersions"
    actions   = ["sagemaker:UpdateModelPackage"]
    resources = ["${var.foundation.arns.sagemaker}:model-package/${local.group_name}/*"]

    condition {
      test     = "StringEquals"
      variable = "sagemaker:ModelApprovalStatus"
      values   = ["Approved"]
    }
  }
}
