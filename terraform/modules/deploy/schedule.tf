# Production exists only at some hours, such as by day. Times are UTC.

locals {
  switched          = { for schedule in var.endpoints.schedule[*] : "own" => schedule }
  stopped_parameter = "/${var.foundation.prefix}/operations/stopped" # run_time_cleaner deletes it
  muted_alarms      = [for name in var.silence_alarm_names : name if startswith(name, "${local.production_name}-")]
}

data "aws_iam_policy_document" "production_switch" {
  override_policy_documents = [module.volume_grant.json]

  statement {
    sid     = "DeleteAndCreateProduction"
    actions = ["sagemaker:AddTags", "sagemaker:CreateEndpoint", "sagemaker:DeleteEndpoint", "sagemaker:DescribeEndpoint"]
    resources = [
      local.endpoint_arns["production"],
      "${var.foundation.arns.sagemaker}:endpoint-config/${var.foundation.prefix}-production-*",
    ]
  }

  statement {
    sid       = "RememberStop"
    actions   = ["ssm:DeleteParameter", "ssm:GetParameter", "ssm:PutParameter"]
    resources = ["${var.foundation.arns.ssm}:parameter${local.stopped_parameter}"]
  }

  statement {
    sid       = "MuteAlarms"
    actions   = ["cloudwatch:DisableAlarmActions", "cloudwatch:EnableAlarmActions"]
    resources = [for name in local.muted_alarms : "${var.foundation.arns.cloudwatch}:alarm:${name}"]
  }

  statement {
    sid       = "DescribeKeyOfVolumes"
    actions   = ["kms:DescribeKey"]
    resources = [var.foundation.kms_key_arn]
  }
}

module "production_switch" {
  source   = "../lambda_function"
  for_each = local.switched

  name              = "production_switch"
  description       = "Schedule -> production's endpoint deleted, or created again"
  function_defaults = var.function_defaults
  policy            = data.aws_iam_policy_document.production_switch.json

  environment = {
    MUTED_ALARMS      = jsonencode(local.muted_alarms)
    PREFIX            = var.foundation.prefix
    STOPPED_PARAMETER = local.stopped_parameter
  }

  triggers = { for action in ["start", "stop"] : "schedule-${action}" => {
    description         = "Schedule -> production_switch: ${action}"
    input               = { action = action }
    schedule_expression = each.value[action]
  } }
}
