# API Gateway invokes the alias, whose requests CodeDeploy shifts to new versions.

locals {
  example = {
    for feature in try(local.record.features, []) : feature.name => length(local.matrix) > 0 ? jsonencode([[feature.example]]) : jsonencode(feature.example)
  }
  body = local.is_forecaster ? jsonencode(local.record.example) : "{${join(",", [for name, value in local.example : "${jsonencode(name)}:${value}"])}}"
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  description      = "Version that answers the API"
  function_name    = module.function.name
  function_version = module.function.version

  lifecycle {
    ignore_changes = [function_version, routing_config] # CodeDeploy's
  }
}

module "release" {
  source = "../api_release"

  alias             = { name = aws_lambda_alias.live.name }
  body              = local.body
  capture_percent   = var.capture_percent
  configuration     = var.api.release
  endpoint_name     = var.endpoint_name
  foundation        = var.foundation
  function          = { alarm_name = module.function.alarm_name, name = module.function.name, version = module.function.version }
  function_defaults = var.function_defaults
  name              = var.name
}
