# ⑦ monitor: every hour, forecasts of each monitored stage against actual values, and its threshold.

locals {
  is_tabular = var.feature_group == null
  endpoints  = { for stage in keys(var.thresholds) : stage => "${var.foundation.prefix}-${stage}" }
  schedule   = "cron(0 * * * ? *)"

  endpoint_arns = [for name in values(local.endpoints) : "${var.foundation.arns.sagemaker}:endpoint/${name}"]

  # Production's parameter has the short name: the others are for information only.
  threshold_names          = { for stage in keys(var.thresholds) : stage => "quality/threshold${stage == "production" ? "" : "-${stage}"}" }
  threshold_parameters     = { for stage, name in local.threshold_names : stage => "/${var.foundation.prefix}/${name}" }
  threshold_parameter_arns = [for name in values(local.threshold_parameters) : "${var.foundation.arns.ssm}:parameter${name}"]

  alarm_environment = {
    DATAPOINTS_TO_ALARM = tostring(var.alarm.datapoints_to_alarm)
    EVALUATION_PERIODS  = tostring(var.alarm.evaluation_periods)
    RELEASE_PERIODS     = tostring(var.alarm.release_periods)
    RELEASE_RATIO       = tostring(var.alarm.release_ratio)
    SMOOTHING_FACTOR    = tostring(var.alarm.smoothing_factor)
    WINDOWS_PER_READING = tostring(var.alarm.windows_per_reading)
  }

  result_pattern = {
    source        = ["aws.s3"]
    "detail-type" = ["Object Created"]
    detail = {
      bucket = { name = [var.foundation.bucket_name] }
      object = { key = [{ prefix = "monitoring/" }] }
    }
  }

  # Also the results of deployments and commands, which are no readings.
  every_result_pattern = merge(local.result_pattern, { detail = merge(local.result_pattern.detail, {
    object = { key = [{ prefix = "monitoring/" }, { prefix = "monitoring-additional/" }] }
  }) })

  deployed_pattern = {
    source        = ["evergreen.loop"]
    "detail-type" = ["Model Deployed"]
    detail        = { stage = keys(var.thresholds) }
  }
}

# threshold_updater sets them when a model is deployed or measured.
module "thresholds" {
  source = "../settings"

  prefix = var.foundation.prefix
  settings = { for stage, name in local.threshold_names : name => {
    description = "Relative loss above which ${stage} is degraded, and the windows of its version"
    value       = jsonencode({ value = null, set_by = null })
  } }
}

moved {
  from = aws_ssm_parameter.threshold["production"]
  to   = module.thresholds.aws_ssm_parameter.this["quality/threshold"]
}

moved {
  from = aws_ssm_parameter.threshold["staging"]
  to   = module.thresholds.aws_ssm_parameter.this["quality/threshold-staging"]
}

module "monitoring_collector" {
  source   = "../lambda_function"
  for_each = toset(local.is_tabular ? [] : ["own"])

  name              = "monitoring_collector"
  description       = "Hourly schedule -> loss of an endpoint relative to the reference, and whether it is in breach"
  function_defaults = var.function_defaults
  policy            = data.aws_iam_policy_document.monitoring_collector.json
  timeout_seconds   = 120
  triggers          = local.collector_triggers

  environment = merge(var.forecast_environment, local.alarm_environment, {
    BUCKET               = var.foundation.bucket_name
    FEATURE_GROUP_NAME   = var.feature_group.name
    METRICS              = jsonencode(var.metrics)
    PREFIX               = var.foundation.prefix
    THRESHOLD_PARAMETERS = jsonencode(local.threshold_parameters)
  })
}

module "tabular_collector" {
  source   = "../lambda_function"
  for_each = toset(local.is_tabular ? ["own"] : [])

  name              = "tabular_collector"
  description       = "Hourly schedule -> loss of the predictions with ground truth relative to the mean, and whether it is in breach"
  function_defaults = var.function_defaults
  policy            = data.aws_iam_policy_document.monitoring_collector.json
  timeout_seconds   = 120
  triggers          = local.collector_triggers

  environment = merge(local.alarm_environment, {
    BUCKET               = var.foundation.bucket_name
    METRICS              = jsonencode(var.metrics)
    PREFIX               = var.foundation.prefix
    ROWS_PER_WINDOW      = tostring(var.rows_per_window)
    THRESHOLD_PARAMETERS = jsonencode(local.threshold_parameters)
  })
}

locals {
  collector = one(concat(values(module.monitoring_collector), values(module.tabular_collector)))

  collector_triggers = merge(
    { for stage in keys(var.thresholds) : "hourly-${stage}" => {
      description         = "Hourly schedule -> collector of ${stage}"
      input               = { stage = stage }
      schedule_expression = local.schedule
    } },
    { for stage in keys(var.thresholds) : "deployed-${stage}" => {
      description    = "Model deployed to ${stage} -> collector"
      event_bus_name = var.foundation.bus_name
      event_pattern  = jsonencode(merge(local.deployed_pattern, { detail = { stage = [stage] } }))
      input          = { stage = stage, trigger = "deployment" }
    } },
  )
}

module "threshold_updater" {
  source = "../lambda_function"

  name              = "threshold_updater"
  description       = "Model deployed, or a new monitoring result -> threshold of the stage"
  function_defaults = var.function_defaults
  policy            = data.aws_iam_policy_document.threshold_updater.json

  environment = merge(local.alarm_environment, {
    PREDICTION_LENGTH = var.forecast_environment["PREDICTION_LENGTH"]
    THRESHOLDS        = jsonencode({ for stage, threshold in var.thresholds : stage => merge(threshold, { parameter = local.threshold_parameters[stage] }) })
  })

  triggers = {
    deployed = {
      description    = "Model deployed to a monitored stage -> threshold_updater"
      event_bus_name = var.foundation.bus_name
      event_pattern  = jsonencode(local.deployed_pattern)
    }
    result = {
      description   = "New monitoring result -> threshold_updater"
      event_pattern = jsonencode(local.result_pattern)
    }
  }
}

# The actual values of a forecast are in the feature store; those of a tabular model come from its clients.
module "ground_truth_writer" {
  source   = "../lambda_function"
  for_each = toset(local.is_tabular ? [] : ["own"])

  name              = "ground_truth_writer"
  description       = "Monitoring result -> ground truth and forecasts in the formats of Model Monitor"
  function_defaults = var.function_defaults
  policy            = data.aws_iam_policy_document.ground_truth_writer.json

  environment = {
    BUCKET = var.foundation.bucket_name
  }

  triggers = {
    result = {
      description   = "New monitoring result -> ground_truth_writer"
      event_pattern = jsonencode(local.every_result_pattern)
    }
  }
}
