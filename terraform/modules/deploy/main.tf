# ⑥ deploy: approved version -> staging -> smoke test -> second approval -> production.

locals {
  machine_name  = "${var.foundation.prefix}-deployment"
  variant       = "AllTraffic" # of every endpoint: functions/endpoint_deployer
  machine_arn   = "${var.foundation.arns.states}:stateMachine:${local.machine_name}"
  is_tabular    = var.feature_group == null
  promotes      = var.promotes_to != null # production is in another account
  endpoint_arns = { for stage in ["pre-traffic", "production", "staging"] : stage => "${var.foundation.arns.sagemaker}:endpoint/${var.foundation.prefix}-${stage}" }

  checks_before_traffic = var.endpoints.pre_traffic_check && !local.promotes

  # VpcConfig of models; null: none.
  vpc_config = one([for vpc in var.foundation.vpc_config[*] : { SecurityGroupIds = vpc.security_group_ids, Subnets = vpc.subnet_ids }])

  endpoint_settings = {
    capture_percent = var.endpoints.capture_percent
    nginx           = var.endpoints.nginx
    rollback_alarms = concat(local.endpoint_alarms["production"], [var.loss_alarm_name])
    scales          = var.endpoints.autoscaling != null
    serverless      = var.endpoints.serverless
    shift           = var.endpoints.shift
    instances = {
      production = { count = var.endpoints.production_instance_count, type = var.endpoints.production_instance_type }
      staging    = { count = 1, type = var.endpoints.staging_instance_type }
    }
  }

  approved_pattern = {
    source        = ["aws.sagemaker"]
    "detail-type" = ["SageMaker Model Package State Change"]
    detail = {
      ModelPackageGroupName = [var.model_package_group_name]
      ModelApprovalStatus   = ["Approved"]
    }
  }
}

module "deployment_starter" {
  source = "../lambda_function"

  name              = "deployment_starter"
  description       = "Approved model package -> one execution of the state machine"
  function_defaults = var.function_defaults
  policy            = data.aws_iam_policy_document.deployment_starter.json

  environment = {
    STATE_MACHINE_ARN = jsondecode(aws_lambda_invocation.at_destroy.input).state_machine_arn
  }

  triggers = {
    approved = {
      description   = "Model package approved -> deployment_starter"
      event_pattern = jsonencode(local.approved_pattern)
    }
  }
}

module "endpoint_deployer" {
  source = "../lambda_function"

  name              = "endpoint_deployer"
  description       = "Model package -> endpoint of a stage"
  function_defaults = var.function_defaults
  policy            = data.aws_iam_policy_document.endpoint_deployer.json

  environment = {
    BUCKET         = var.foundation.bucket_name
    ENDPOINTS      = jsonencode(local.endpoint_settings)
    KMS_KEY_ARN    = var.foundation.kms_key_arn
    MODEL_ROLE_ARN = var.model_role_arn
    PREFIX         = var.foundation.prefix
    VPC_CONFIG     = jsonencode(local.vpc_config)
  }
}

module "smoke_test" {
  source   = "../lambda_function"
  for_each = toset(local.is_tabular ? [] : ["own"])

  name              = "smoke_test"
  description       = "Endpoint of a version -> plausible forecast and its data capture"
  alarmed           = false # it fails until the capture is there; a failed deployment is mailed
  function_defaults = var.function_defaults
  policy            = data.aws_iam_policy_document.smoke_test.json
  timeout_seconds   = 120

  environment = merge(var.forecast_environment, {
    BUCKET             = var.foundation.bucket_name
    CAPTURE_PERCENT    = jsonencode(var.endpoints.capture_percent)
    FEATURE_GROUP_NAME = var.feature_group.name
    PREFIX             = var.foundation.prefix
  })
}

module "tabular_smoke_test" {
  source   = "../lambda_function"
  for_each = toset(local.is_tabular ? ["own"] : [])

  name              = "tabular_smoke_test"
  description       = "Endpoint of a version -> plausible prediction and its data capture"
  alarmed           = false # it fails until the capture is there; a failed deployment is mailed
  function_defaults = var.function_defaults
  policy            = data.aws_iam_policy_document.smoke_test.json
  timeout_seconds   = 120

  environment = {
    BUCKET          = var.foundation.bucket_name
    CAPTURE_PERCENT = jsonencode(var.endpoints.capture_percent)
    PREFIX          = var.foundation.prefix
    SAMPLE          = var.sample
  }
}

locals {
  # By their attributes: the whole module has a queue, which takes 30 s to create.
  smoke_test = {
    arn               = try(module.smoke_test["own"].arn, module.tabular_smoke_test["own"].arn)
    dead_letter_queue = try(module.smoke_test["own"].dead_letter_queue, module.tabular_smoke_test["own"].dead_letter_queue)
  }
}

module "approval_requester" {
  source = "../lambda_function"

  name              = "approval_requester"
  description       = "Tested version -> approval for production: automatic, or pending until a person decides"
  alarmed           = false # the deployment that invokes it fails, and is mailed
  function_defaults = var.function_defaults
  policy            = data.aws_iam_policy_document.approval_requester.json

  environment = {
    APPROVAL_LINKS   = tostring(var.approval_links)
    EVENT_BUS_NAME   = var.foundation.bus_name
    KMS_KEY_ARN      = var.foundation.kms_key_arn
    PENDING_PATH     = var.pending_path
    POLICY_PARAMETER = var.policy_parameter
  }
}
