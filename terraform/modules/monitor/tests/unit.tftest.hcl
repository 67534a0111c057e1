mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  decision_log_group   = "/test/decisions"
  forecast_environment = { FORECAST_SAMPLES = "200", HISTORY_MINUTES = "270", LAG_MINUTES = "5", PREDICTION_LENGTH = "30" }
  feature_group        = { arn = "arn:aws:sagemaker:eu-west-1:123456789012:feature-group/test-minutes", name = "test-minutes" }
}

run "production_is_monitored_every_hour" {
  command = plan

  assert {
    condition     = local.schedule == "cron(0 * * * ? *)"
    error_message = "The schedule is every full hour."
  }

  assert {
    condition     = local.result_pattern.detail.object.key == [{ prefix = "monitoring/" }]
    error_message = "Monitoring results invoke the ground truth writer."
  }

  assert {
    condition     = aws_ssm_parameter.threshold.name == "/test/quality/threshold" && jsondecode(aws_ssm_parameter.threshold.value) == { value = null, set_by = null }
    error_message = "There is no threshold before the first model."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.silent.treat_missing_data == "breaching" && aws_cloudwatch_metric_alarm.silent.statistic == "SampleCount"
    error_message = "Missing monitoring results raise an alarm."
  }

  assert {
    condition     = aws_cloudwatch_dashboard.this.dashboard_name == "test-model-monitoring" && [for m in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets[0].properties.metrics : m[1]] == ["MeanQuantileLoss", "Threshold", "NaiveQuantileLoss", "Invocations"]
    error_message = "One graph shows loss, threshold and retrainings."
  }

  assert {
    condition     = !anytrue(flatten([for d in [data.aws_iam_policy_document.ground_truth_writer, data.aws_iam_policy_document.monitoring_collector] : [for s in d.statement : [for a in s.actions : strcontains(a, "*")]]]))
    error_message = "Actions are enumerated."
  }

  assert {
    condition     = length(flatten([for d in [data.aws_iam_policy_document.ground_truth_writer, data.aws_iam_policy_document.monitoring_collector] : [for s in d.statement : s.sid if contains(s.resources, "*")]])) == 0
    error_message = "Only actions without resource-level permissions apply to all resources."
  }

  assert {
    condition     = flatten([for s in data.aws_iam_policy_document.monitoring_collector.statement : s.resources if contains(s.actions, "sagemaker:InvokeEndpoint")]) == ["arn:aws:sagemaker:eu-west-1:123456789012:endpoint/test-production"]
    error_message = "The collector monitors production."
  }
}
