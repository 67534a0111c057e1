# What `pause` stops and `resume` starts: the poller, schedules, endpoints; and the alarms of silence.

module "volume_grant" {
  source = "../key_grant"

  kms_key_arn = var.foundation.kms_key_arn
  sid         = "GrantKeyToEndpointVolumes"
}

data "aws_iam_policy_document" "pause" {
  override_policy_documents = [module.volume_grant.json]

  statement {
    sid       = "RememberPause"
    actions   = ["ssm:DeleteParameter", "ssm:PutParameter"]
    resources = ["${local.parameters}/operations/paused"]
  }

  statement {
    sid       = "ScalePoller"
    actions   = ["ecs:UpdateService"]
    resources = ["${var.foundation.arns.ecs}:service/${var.foundation.prefix}-poller/${var.foundation.prefix}-poller"]
  }

  statement {
    sid     = "SwitchSchedules"
    actions = ["events:DisableRule", "events:EnableRule"]

    # By the ends of their names: all inline policies of a role together may have 10,240 characters.
    resources = distinct([
      for name in var.paused.schedules :
      "${var.foundation.arns.events}:rule/${try("${var.foundation.prefix}-*-${regex("-((?:check|hourly|schedule)(?:-[a-z]+)?)$", name)[0]}", name)}"
    ])
  }

  dynamic "statement" {
    for_each = length(var.paused.alarms) == 0 ? [] : [var.paused.alarms]

    content {
      sid       = "SwitchAlarms"
      actions   = ["cloudwatch:DisableAlarmActions", "cloudwatch:EnableAlarmActions"]
      resources = [for name in statement.value : "${var.foundation.arns.cloudwatch}:alarm:${name}"]
    }
  }

  statement {
    sid     = "DeleteAndCreateEndpoints"
    actions = ["sagemaker:AddTags", "sagemaker:CreateEndpoint", "sagemaker:DeleteEndpoint"]
    resources = flatten([
      for stage in ["production", "staging"] : [
        "${var.foundation.arns.sagemaker}:endpoint-config/${var.foundation.prefix}-${stage}-*",
        "${var.foundation.arns.sagemaker}:endpoint/${var.foundation.prefix}-${stage}",
      ]
    ])
  }
}
