mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  alarm                    = { datapoints_to_alarm = 2, evaluation_periods = 3, harder_ratio = 1.5, release_periods = 3, release_ratio = 0.9, smoothing_factor = 0.4, windows_per_reading = 2 }
  decision_log_group       = "/test/decisions"
  forecast_environment     = { FORECAST_SAMPLES = "200", HISTORY_MINUTES = "270", LAG_MINUTES = "5", PREDICTION_LENGTH = "30" }
  feature_group            = { arn = "arn:aws:sagemaker:eu-west-1:123456789012:feature-group/test-minutes", name = "test-minutes" }
  model_package_group_name = "test-models"
  metrics                  = ["coverage", "mean_wql", "rmse"]
  thresholds               = { production = { policy = "follow", slack = 0.1, value = null } }
}

run "production_is_monitored_every_hour" {
  command = plan

  assert {
    condition     = local.schedule == "cron(0 * * * ? *)"
    error_message = "The schedule is hourly, on the hour."
  }

  assert {
    condition     = local.result_pattern.detail.object.key == [{ prefix = "monitoring/" }]
    error_message = "Monitoring results invoke the ground truth writer."
  }

  assert {
    condition     = { for name, value in module.thresholds.values : name => jsondecode(value) } == { "/test/quality/threshold" = { value = null, set_by = null } }
    error_message = "There is no threshold before the first model."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.silent["production"].treat_missing_data == "notBreaching" && aws_cloudwatch_metric_alarm.silent["production"].metric_name == "ScoredWindows"
    error_message = "Hours without a scored window raise an alarm, a loop without a model does not."
  }

  assert {
    condition     = aws_cloudwatch_dashboard.this.dashboard_name == "test-model-monitoring" && [for m in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets[0].properties.metrics : m[1]] == ["RelativeLoss", "Threshold", "Invocations"]
    error_message = "One graph shows relative loss, threshold and retrainings."
  }

  assert {
    condition     = !anytrue(flatten([for d in [data.aws_iam_policy_document.ground_truth_writer, data.aws_iam_policy_document.monitoring_collector, data.aws_iam_policy_document.threshold_updater] : [for s in d.statement : [for a in s.actions : strcontains(a, "*")]]]))
    error_message = "Actions are enumerated."
  }

  assert {
    condition     = length(flatten([for d in [data.aws_iam_policy_document.ground_truth_writer, data.aws_iam_policy_document.monitoring_collector, data.aws_iam_policy_document.threshold_updater] : [for s in d.statement : s.sid if contains(s.resources, "*")]])) == 0
    error_message = "Only actions without resource-level permissions apply to all resources."
  }

  assert {
    condition     = flatten([for s in data.aws_iam_policy_document.forecast.statement : s.resources if contains(s.actions, "sagemaker:InvokeEndpoint")]) == ["arn:aws:sagemaker:eu-west-1:123456789012:endpoint/test-production"]
    error_message = "The collector monitors production."
  }

  assert {
    condition     = flatten([for s in data.aws_iam_policy_document.threshold_updater.statement : s.resources if contains(s.actions, "ssm:PutParameter")]) == ["arn:aws:ssm:eu-west-1:123456789012:parameter/test/quality/threshold"]
    error_message = "The updater may write only the threshold."
  }

  assert {
    condition     = join(" ", local.deployed_pattern.detail.stage) == "production"
    error_message = "Deployments to other stages do not set a threshold."
  }
}

run "a_breach_is_an_alarm_and_missing_hours_keep_its_state" {
  command = plan

  assert {
    condition     = aws_cloudwatch_metric_alarm.loss["production"].alarm_name == "test-production-loss" && aws_cloudwatch_metric_alarm.loss["production"].metric_name == "Breach" && aws_cloudwatch_metric_alarm.loss["production"].statistic == "Maximum"
    error_message = "The alarm reports the collector's decision."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.loss["production"].datapoints_to_alarm == 1 && aws_cloudwatch_metric_alarm.loss["production"].evaluation_periods == 1 && aws_cloudwatch_metric_alarm.loss["production"].period == 3600 && aws_cloudwatch_metric_alarm.loss["production"].treat_missing_data == "ignore"
    error_message = "M of N is decided by the collector, and a missing hour changes nothing."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.harder.metric_name == "ReferenceLossRatio" && aws_cloudwatch_metric_alarm.harder.threshold == 1.5
    error_message = "A stream that every forecast finds harder is reported."
  }
}

run "staging_is_monitored_with_its_own_threshold" {
  command = plan

  variables {
    thresholds = {
      production = { policy = "ratchet", slack = 0.2, value = null }
      staging    = { policy = "fixed", slack = 0.1, value = 1.3 }
    }
  }

  assert {
    condition     = local.threshold_parameters == { production = "/test/quality/threshold", staging = "/test/quality/threshold-staging" }
    error_message = "Each stage has its own threshold."
  }

  assert {
    condition     = join(" ", sort([for alarm in aws_cloudwatch_metric_alarm.loss : alarm.alarm_name])) == "test-production-loss test-staging-loss"
    error_message = "Each stage has its own alarm."
  }

  assert {
    condition     = output.loss_alarm.name == "test-production-loss"
    error_message = "Only production's alarm starts a retraining."
  }

  assert {
    condition     = flatten([for s in data.aws_iam_policy_document.forecast.statement : s.resources if contains(s.actions, "sagemaker:InvokeEndpoint")]) == ["arn:aws:sagemaker:eu-west-1:123456789012:endpoint/test-production", "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/test-staging"]
    error_message = "The collector monitors both stages."
  }
}

run "m_is_at_most_n" {
  command = plan

  variables {
    alarm = { datapoints_to_alarm = 4, evaluation_periods = 3, harder_ratio = 1.5, release_periods = 3, release_ratio = 0.9, smoothing_factor = 0.4, windows_per_reading = 2 }
  }

  expect_failures = [var.alarm]
}

run "release_takes_at_least_one_hour" {
  command = plan

  variables {
    alarm = { datapoints_to_alarm = 2, evaluation_periods = 3, harder_ratio = 1.5, release_periods = 0, release_ratio = 0.9, smoothing_factor = 0.4, windows_per_reading = 2 }
  }

  expect_failures = [var.alarm]
}

run "the_release_level_is_not_above_the_threshold" {
  command = plan

  variables {
    alarm = { datapoints_to_alarm = 2, evaluation_periods = 3, harder_ratio = 1.5, release_periods = 3, release_ratio = 1.1, smoothing_factor = 0.4, windows_per_reading = 2 }
  }

  expect_failures = [var.alarm]
}

run "windows_fit_into_the_parameter" {
  command = plan

  variables {
    alarm = { datapoints_to_alarm = 2, evaluation_periods = 25, harder_ratio = 1.5, release_periods = 3, release_ratio = 0.9, smoothing_factor = 0.4, windows_per_reading = 2 }
  }

  expect_failures = [var.alarm]
}

run "counts_are_integers" {
  command = plan

  variables {
    alarm = { datapoints_to_alarm = 2, evaluation_periods = 3, harder_ratio = 1.5, release_periods = 3, release_ratio = 0.9, smoothing_factor = 0.4, windows_per_reading = 1.5 }
  }

  expect_failures = [var.alarm]
}

run "harder_is_more_than_usual" {
  command = plan

  variables {
    alarm = { datapoints_to_alarm = 2, evaluation_periods = 3, harder_ratio = 1, release_periods = 3, release_ratio = 0.9, smoothing_factor = 0.4, windows_per_reading = 2 }
  }

  expect_failures = [var.alarm]
}

run "production_is_always_monitored" {
  command = plan

  variables {
    thresholds = { staging = { policy = "follow", slack = 0.1, value = null } }
  }

  expect_failures = [var.thresholds]
}

run "an_unknown_stage_is_rejected" {
  command = plan

  variables {
    thresholds = { production = { policy = "follow", slack = 0.1, value = null }, test = { policy = "follow", slack = 0.1, value = null } }
  }

  expect_failures = [var.thresholds]
}

run "an_unknown_policy_is_rejected" {
  command = plan

  variables {
    thresholds = { production = { policy = "average", slack = 0.1, value = null } }
  }

  expect_failures = [var.thresholds]
}

run "a_fixed_threshold_needs_a_value" {
  command = plan

  variables {
    thresholds = { production = { policy = "fixed", slack = 0.1, value = null } }
  }

  expect_failures = [var.thresholds]
}

run "slack_is_not_negative" {
  command = plan

  variables {
    thresholds = { production = { policy = "ratchet", slack = -0.1, value = null } }
  }

  expect_failures = [var.thresholds]
}

run "metrics_of_alarms_are_required" {
  command = plan

  variables {
    metrics = ["rmse"]
  }

  expect_failures = [var.metrics]
}

run "a_tabular_model_is_measured_by_the_ground_truth_of_its_clients" {
  command = plan

  variables {
    feature_group        = null
    forecast_environment = { PREDICTION_LENGTH = "1" }
    rows_per_window      = 5
  }

  assert {
    condition     = length(module.tabular_collector) == 1 && length(module.monitoring_collector) == 0 && length(module.ground_truth_writer) == 0
    error_message = "Another function measures, and nothing writes ground truth."
  }

  assert {
    condition     = length(data.aws_iam_policy_document.forecast.statement) == 1
    error_message = "There is no feature group to read."
  }

  assert {
    condition     = !anytrue(flatten([for s in data.aws_iam_policy_document.read_records.statement : [for a in s.actions : strcontains(a, "*") || a == "sagemaker:InvokeEndpoint"]]))
    error_message = "Actions are enumerated, and the endpoint is not invoked."
  }
}
