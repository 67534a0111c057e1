mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  decision_log_group   = "/test/decisions"
  forecast_environment = { FORECAST_SAMPLES = "200", HISTORY_MINUTES = "270", LAG_MINUTES = "5", PREDICTION_LENGTH = "30" }
  feature_group        = { arn = "arn:aws:sagemaker:eu-west-1:123456789012:feature-group/test-minutes", name = "test-minutes" }

  foundation = {
    account_id         = "123456789012"
    artifacts_dir      = "../../../build/functions"
    bucket_arn         = "arn:aws:s3:::test-123456789012-eu-west-1"
    bucket_name        = "test-123456789012-eu-west-1"
    bus_name           = "test"
    key_alias          = "alias/test"
    kms_key_arn        = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000"
    log_retention_days = 14
    metric_namespace   = "Evergreen/test"
    partition          = "aws"
    prefix             = "test"
    region             = "eu-west-1"
    topic_arn          = "arn:aws:sns:eu-west-1:123456789012:test-notifications"
  }
}

run "every_hour_production_is_measured" {
  command = plan

  assert {
    condition     = local.schedule == "cron(0 * * * ? *)"
    error_message = "At every full hour."
  }

  assert {
    condition     = local.reading_pattern.detail.object.key == [{ prefix = "monitoring/" }]
    error_message = "Readings become ground truth."
  }

  assert {
    condition     = aws_ssm_parameter.threshold.name == "/test/quality/threshold" && jsondecode(aws_ssm_parameter.threshold.value) == { value = null, set_by = null }
    error_message = "There is no threshold before the first model."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.silent.treat_missing_data == "breaching" && aws_cloudwatch_metric_alarm.silent.statistic == "SampleCount"
    error_message = "Missing readings are an alarm."
  }

  assert {
    condition     = aws_cloudwatch_dashboard.this.dashboard_name == "test-model-monitoring" && [for m in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets[0].properties.metrics : m[1]] == ["MeanQuantileLoss", "Threshold", "NaiveQuantileLoss", "Invocations"]
    error_message = "One picture shows loss, threshold and retrainings."
  }

  assert {
    condition     = !anytrue(flatten([for d in [data.aws_iam_policy_document.ground_truth_writer, data.aws_iam_policy_document.monitoring_collector] : [for s in d.statement : [for a in s.actions : strcontains(a, "*")]]]))
    error_message = "Actions are enumerated."
  }

  assert {
    condition     = length(flatten([for d in [data.aws_iam_policy_document.ground_truth_writer, data.aws_iam_policy_document.monitoring_collector] : [for s in d.statement : s.sid if contains(s.resources, "*")]])) == 0
    error_message = "No statement is for every resource but those whose service knows none."
  }

  assert {
    condition     = flatten([for s in data.aws_iam_policy_document.monitoring_collector.statement : s.resources if contains(s.actions, "sagemaker:InvokeEndpoint")]) == ["arn:aws:sagemaker:eu-west-1:123456789012:endpoint/test-production"]
    error_message = "Production is measured on production."
  }
}
