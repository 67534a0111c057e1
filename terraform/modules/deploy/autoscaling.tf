# The number of production's instances follows the load. The endpoint is created at run time, so a function registers it.

locals {
  scaled           = { for settings in var.endpoints.autoscaling[*] : "own" => settings }
  production_name  = "${var.foundation.prefix}-production"
  scaling_service  = "sagemaker.application-autoscaling.amazonaws.com"
  scaling_role_arn = "${var.foundation.arns.iam}:role/aws-service-role/${local.scaling_service}/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"

  # Both spellings: the documentation of the event and that of the API differ.
  scaled_pattern = {
    source        = ["aws.sagemaker"]
    "detail-type" = ["SageMaker Endpoint State Change"]
    detail        = { EndpointName = [local.production_name], EndpointStatus = ["DELETING", "Deleting", "IN_SERVICE", "InService"] }
  }
}

data "aws_iam_policy_document" "endpoint_scaler" {
  statement {
    sid       = "RegisterProduction"
    actions   = ["application-autoscaling:DeregisterScalableTarget", "application-autoscaling:PutScalingPolicy", "application-autoscaling:RegisterScalableTarget"]
    resources = ["${var.foundation.arns["application-autoscaling"]}:scalable-target/*"] # their ids are random

    condition {
      test     = "StringEquals"
      variable = "application-autoscaling:service-namespace"
      values   = ["sagemaker"]
    }
  }

  # Application Auto Scaling checks that its caller may do what it will do.
  statement {
    sid       = "ScaleProduction"
    actions   = ["sagemaker:DescribeEndpoint", "sagemaker:UpdateEndpointWeightsAndCapacities"]
    resources = [local.endpoint_arns["production"]]
  }

  statement {
    sid       = "KeepAlarmsOfScaling"
    actions   = ["cloudwatch:DeleteAlarms", "cloudwatch:DescribeAlarms", "cloudwatch:PutMetricAlarm"]
    resources = ["${var.foundation.arns.cloudwatch}:alarm:TargetTracking-endpoint/${local.production_name}/variant/${local.variant}-*"]
  }

  statement {
    sid       = "CreateRoleOfScaling" # once per account
    actions   = ["iam:CreateServiceLinkedRole"]
    resources = [local.scaling_role_arn]

    condition {
      test     = "StringEquals"
      variable = "iam:AWSServiceName"
      values   = [local.scaling_service]
    }
  }
}

module "endpoint_scaler" {
  source   = "../lambda_function"
  for_each = local.scaled

  name              = "endpoint_scaler"
  description       = "Production serves or is deleted -> autoscaling registered or deregistered"
  function_defaults = var.function_defaults
  policy            = data.aws_iam_policy_document.endpoint_scaler.json

  environment = {
    AUTOSCALING   = jsonencode(each.value)
    ENDPOINT_NAME = local.production_name
    VARIANT_NAME  = local.variant
  }

  triggers = {
    state = {
      description   = "Production serves or is deleted -> endpoint_scaler"
      event_pattern = jsonencode(local.scaled_pattern)
    }
  }
}

# Applies the option to an endpoint that serves already, and deregisters it when the option is removed.
resource "aws_lambda_invocation" "scaling" {
  for_each = local.scaled

  function_name   = module.endpoint_scaler[each.key].name
  lifecycle_scope = "CRUD"
  input           = jsonencode(each.value)
}
