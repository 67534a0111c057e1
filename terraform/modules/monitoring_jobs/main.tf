# ⑦ monitor: a day of data and forecasts against the baseline of the version that serves.

locals {
  endpoints = { for stage in keys(var.threshold_parameters) : stage => "${var.foundation.prefix}-${stage}" }
  job_name  = "${var.foundation.prefix}-monitoring" # name of the role, prefix of the names of the jobs

  # What is compared: every feature that is a number, and the prediction.
  compared = concat(local.features, ["prediction"])
  features = var.model == null ? var.feature_group.features : var.model.features

  # Options of the job. The forecaster's data are the minutes of a feature group, those of a tabular model the requests that data capture has.
  data = var.model != null ? { model = var.model.name } : {
    feature-group     = var.feature_group.name
    lag-minutes       = var.forecast_environment["LAG_MINUTES"]
    prediction-length = var.forecast_environment["PREDICTION_LENGTH"]
    target            = "avg_fee_1min"
  }
  folders = concat(["data-capture", "ground-truth", "training"], var.model == null ? ["feature-store", "forecast-capture", "predictions"] : [])
}

module "jobs" {
  source = "../processing_job"

  description       = "Execution role of the monitoring jobs"
  foundation        = var.foundation
  image             = var.image
  instance_type     = var.jobs.instance_type
  metric_namespaces = [var.foundation.metric_namespace]
  name              = local.job_name
  policy            = data.aws_iam_policy_document.jobs.json
  repository_arn    = var.repository_arn
}

module "monitoring_job_starter" {
  source = "../lambda_function"

  name              = "monitoring_job_starter"
  description       = "Schedule or command -> job that compares data and forecasts with the baseline"
  function_defaults = var.function_defaults
  policy            = data.aws_iam_policy_document.monitoring_job_starter.json

  environment = merge(module.jobs.environment, {
    ANALYSES             = jsonencode(var.jobs.analyses)
    BUCKET               = var.foundation.bucket_name
    DATA                 = jsonencode(local.data)
    EVENT_BUS_NAME       = var.foundation.bus_name
    METRIC_NAMESPACE     = var.foundation.metric_namespace
    THRESHOLD_PARAMETERS = jsonencode(var.threshold_parameters)
    WINDOW_HOURS         = tostring(var.jobs.window_hours)
  })

  triggers = { for stage in keys(local.endpoints) : "schedule-${stage}" => {
    description         = "Schedule -> monitoring_job_starter of ${stage}"
    input               = { stage = stage }
    schedule_expression = var.jobs.schedule
  } }
}

data "aws_iam_policy_document" "monitoring_job_starter" {
  source_policy_documents = [module.jobs.start_policy]

  statement {
    sid       = "ReadVersionOfStage"
    actions   = ["ssm:GetParameter"]
    resources = [for name in values(var.threshold_parameters) : "${var.foundation.arns.ssm}:parameter${name}"]
  }

  statement {
    sid       = "ReadBaselineOfVersion"
    actions   = ["sagemaker:DescribeModelPackage"]
    resources = ["${var.foundation.arns.sagemaker}:model-package/${var.model_package_group_name}/*"]
  }

  statement {
    sid       = "DescribeEndpoints"
    actions   = ["sagemaker:DescribeEndpoint"]
    resources = [for name in values(local.endpoints) : "${var.foundation.arns.sagemaker}:endpoint/${name}"]
  }
}

data "aws_iam_policy_document" "jobs" {
  source_policy_documents = [var.foundation.event_policies["Drift Detected"]]

  statement {
    sid       = "ReadBaselineAndRecords"
    actions   = ["s3:GetObject"]
    resources = [for folder in local.folders : "${var.foundation.bucket_arn}/${folder}/*"]
  }

  statement {
    sid       = "WriteReports"
    actions   = ["s3:PutObject"]
    resources = ["${var.foundation.bucket_arn}/monitoring-jobs/*"]
  }

  # With the key of the output, SageMaker asks for this as well.
  statement {
    sid       = "EncryptReports"
    actions   = ["kms:Encrypt"]
    resources = [var.foundation.kms_key_arn]
  }

  statement {
    sid       = "ListRecords"
    actions   = ["s3:ListBucket"]
    resources = [var.foundation.bucket_arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = [for folder in local.folders : "${folder}/*"]
    }
  }

  dynamic "statement" {
    for_each = var.feature_group[*]

    content {
      sid       = "ReadFeatures"
      actions   = ["sagemaker:BatchGetRecord", "sagemaker:DescribeFeatureGroup"]
      resources = [statement.value.arn]
    }
  }
}
