# ⑦ monitor: every hour, production forecasts against actual values.

locals {
  endpoint_name = "${var.foundation.prefix}-production"
  schedule      = "cron(0 * * * ? *)"

  threshold_parameter     = "/${var.foundation.prefix}/quality/threshold"
  threshold_parameter_arn = "${var.foundation.arns.ssm}:parameter${local.threshold_parameter}"

  result_pattern = {
    source        = ["aws.s3"]
    "detail-type" = ["Object Created"]
    detail = {
      bucket = { name = [var.foundation.bucket_name] }
      object = { key = [{ prefix = "monitoring/" }] }
    }
  }
}

resource "aws_ssm_parameter" "threshold" {
  name        = local.threshold_parameter
  description = "Loss above which production is degraded, and the model version that set it"
  type        = "String"
  value       = jsonencode({ value = null, set_by = null })

  lifecycle {
    ignore_changes = [value] # threshold_updater sets it when a model is deployed
  }
}

module "monitoring_collector" {
  source = "../lambda_function"

  name              = "monitoring_collector"
  description       = "Hour -> loss, naive loss and coverage of the production endpoint"
  function_defaults = var.function_defaults
  policy            = data.aws_iam_policy_document.monitoring_collector.json
  timeout_seconds   = 120

  environment = merge(var.forecast_environment, {
    BUCKET              = var.foundation.bucket_name
    ENDPOINT_NAME       = local.endpoint_name
    FEATURE_GROUP_NAME  = var.feature_group.name
    STAGE               = "production"
    THRESHOLD_PARAMETER = aws_ssm_parameter.threshold.name
  })

  triggers = {
    hourly = {
      description         = "Every full hour -> monitoring_collector"
      schedule_expression = local.schedule
    }
  }
}

module "ground_truth_writer" {
  source = "../lambda_function"

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
      event_pattern = jsonencode(local.result_pattern)
    }
  }
}

# The loss alarm cannot detect that monitoring itself has stopped.
resource "aws_cloudwatch_metric_alarm" "silent" {
  alarm_name          = "${local.endpoint_name}-unmonitored"
  alarm_description   = "No monitoring result of ${local.endpoint_name} for three hours (or no production model yet)"
  namespace           = var.foundation.metric_namespace
  metric_name         = "MeanQuantileLoss"
  dimensions          = { Stage = "production" }
  statistic           = "SampleCount"
  period              = 3600
  evaluation_periods  = 3
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  treat_missing_data  = "breaching"
  alarm_actions       = [var.foundation.topic_arn]
  ok_actions          = [var.foundation.topic_arn]
}
