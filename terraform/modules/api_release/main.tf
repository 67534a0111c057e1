# Releases versions of the API's function: CodeDeploy shifts the requests of the alias to a new version.
# The release is part of `terraform apply`; the alias in Terraform ignores what CodeDeploy changes.

locals {
  name          = "${var.foundation.prefix}-api-${var.name}"
  codedeploy    = replace(var.foundation.arns.lambda, ":lambda:", ":codedeploy:")
  configuration = "CodeDeployDefault.Lambda${var.configuration == "" ? "AllAtOnce" : var.configuration}"
  group         = "${local.codedeploy}:deploymentgroup:${local.name}/${var.alias.name}"
  function_arn  = "${var.foundation.arns.lambda}:function:${var.function.name}"
  hooks         = { BeforeAllowTraffic = module.check.name, AfterAllowTraffic = module.check.name }
}

resource "aws_codedeploy_app" "this" {
  name             = local.name
  compute_platform = "Lambda"
}

resource "aws_codedeploy_deployment_group" "this" {
  app_name               = aws_codedeploy_app.this.name
  deployment_group_name  = var.alias.name
  deployment_config_name = local.configuration
  service_role_arn       = module.role.arn

  deployment_style {
    deployment_option = "WITH_TRAFFIC_CONTROL"
    deployment_type   = "BLUE_GREEN"
  }

  alarm_configuration {
    enabled = true
    alarms  = [aws_cloudwatch_metric_alarm.version.alarm_name, var.function.alarm_name]
  }

  auto_rollback_configuration {
    enabled = true
    events  = ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"]
  }

  trigger_configuration {
    trigger_name       = "mail"
    trigger_events     = ["DeploymentFailure", "DeploymentRollback", "DeploymentStop", "DeploymentSuccess"]
    trigger_target_arn = var.foundation.topic_arn
  }
}

module "releaser" {
  source = "../lambda_function"

  name              = "api_releaser"
  suffix            = var.name
  description       = "Published version -> deployment of CodeDeploy to the alias of the API"
  alarmed           = false # the apply that invokes it fails
  function_defaults = var.function_defaults
  policy            = data.aws_iam_policy_document.releaser.json

  environment = {
    ALIAS                 = var.alias.name
    APPLICATION_NAME      = aws_codedeploy_app.this.name
    DEPLOYMENT_GROUP_NAME = var.alias.name
    FUNCTION_NAME         = var.function.name
    HOOKS                 = jsonencode(local.hooks)
  }
}

module "check" {
  source = "../lambda_function"

  name              = "api_release_check"
  suffix            = var.name
  description       = "Hook of CodeDeploy -> prediction through the version, and a report"
  alarmed           = false # a deployment without a report fails, and is mailed
  function_defaults = var.function_defaults
  policy            = data.aws_iam_policy_document.check.json
  timeout_seconds   = 900 # captures arrive minutes later

  environment = {
    BODY            = var.body
    BUCKET          = var.foundation.bucket_name
    CAPTURE_FOLDER  = local.capture_folder
    CAPTURE_PERCENT = tostring(var.capture_percent)
  }
}

# The first version is that of the new alias: the function then starts nothing.
resource "aws_lambda_invocation" "release" {
  function_name = module.releaser.name
  input         = jsonencode({ version = var.function.version })

  triggers = { version = var.function.version }

  depends_on = [aws_codedeploy_deployment_group.this, aws_cloudwatch_metric_alarm.version, module.check, module.releaser, module.role]
}
