# ⑦ bake: after a promotion, the replaced version is scored on the windows of production -> rollback if it is better.

locals {
  job_name_prefix = "${var.foundation.prefix}-bake-"

  result_pattern = {
    source        = ["aws.s3"]
    "detail-type" = ["Object Created"]
    detail = {
      bucket = { name = [var.foundation.bucket_name] }
      object = { key = [{ prefix = "monitoring/production/" }] }
    }
  }

  ended_pattern = {
    source        = ["aws.sagemaker"]
    "detail-type" = ["SageMaker Transform Job State Change"]
    detail = {
      TransformJobName   = [{ prefix = local.job_name_prefix }]
      TransformJobStatus = ["Completed", "Failed", "Stopped"]
    }
  }
}

module "bake_starter" {
  source = "../lambda_function"

  name              = "bake_starter"
  description       = "New monitoring result of production -> the replaced version forecasts the same windows"
  function_defaults = var.function_defaults
  policy            = data.aws_iam_policy_document.bake_starter.json

  environment = {
    BAKE_READINGS       = jsonencode(var.readings)
    BUCKET              = var.foundation.bucket_name
    FEATURE_GROUP_NAME  = try(var.feature_group.name, "") # empty: none
    FORECAST_SAMPLES    = var.forecast_environment["FORECAST_SAMPLES"]
    HISTORY_MINUTES     = var.forecast_environment["HISTORY_MINUTES"]
    INSTANCE_TYPE       = var.instance_type
    KMS_KEY_ARN         = var.foundation.kms_key_arn
    PREFIX              = var.foundation.prefix
    THRESHOLD_PARAMETER = var.threshold_parameter
  }

  triggers = {
    result = {
      description   = "New monitoring result of production -> bake_starter"
      event_pattern = jsonencode(local.result_pattern)
    }
  }
}

module "bake_judge" {
  source = "../lambda_function"

  name              = "bake_judge"
  description       = "Forecasts of the replaced version -> rollback if the present version is worse"
  function_defaults = var.function_defaults
  policy            = data.aws_iam_policy_document.bake_judge.json

  environment = {
    BUCKET            = var.foundation.bucket_name
    EVENT_BUS_NAME    = var.foundation.bus_name
    PREFIX            = var.foundation.prefix
    STATE_MACHINE_ARN = var.state_machine_arn
  }

  triggers = {
    ended = {
      description   = "Job of the bake period ended -> bake_judge"
      event_pattern = jsonencode(local.ended_pattern)
    }
  }
}
