mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  feature_group            = { arn = "arn:aws:sagemaker:eu-west-1:123456789012:feature-group/test-minutes", features = ["avg_fee_1min", "total_nb_trx_1min"], name = "test-minutes" }
  forecast_environment     = { LAG_MINUTES = "5", PREDICTION_LENGTH = "30" }
  image                    = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/test-forecaster:latest"
  jobs                     = { analyses = ["drift"], instance_type = "ml.t3.medium", schedule = "cron(20 0/6 * * ? *)", window_hours = 24 }
  model_package_group_name = "test-models"
  repository_arn           = "arn:aws:ecr:eu-west-1:123456789012:repository/test-forecaster"
  threshold_parameters     = { production = "/test/quality/threshold" }
}

run "every_feature_and_the_forecast_have_an_alarm" {
  command = plan

  assert {
    condition     = [for alarm in aws_cloudwatch_metric_alarm.drift : alarm.alarm_name] == ["test-production-drift-avg_fee_1min", "test-production-drift-prediction", "test-production-drift-total_nb_trx_1min"]
    error_message = "The alarms follow from the features of the group."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.drift : alarm.dimensions["Stage"] == "production" && endswith(alarm.alarm_name, alarm.dimensions["Feature"])])
    error_message = "Each alarm has the dimensions that the job publishes."
  }

  assert {
    condition     = !anytrue(flatten([for d in [data.aws_iam_policy_document.jobs, data.aws_iam_policy_document.monitoring_job_starter] : [for s in d.statement : [for a in s.actions : strcontains(a, "*")]]]))
    error_message = "Actions are enumerated."
  }
}

run "a_tabular_model_has_an_alarm_of_every_column_and_reads_no_feature_group" {
  command = plan

  variables {
    feature_group        = null
    forecast_environment = {}
    model                = { features = ["length", "sex_F"], name = "abalone" }
  }

  assert {
    condition     = [for alarm in aws_cloudwatch_metric_alarm.drift : alarm.dimensions["Feature"]] == ["length", "prediction", "sex_F"]
    error_message = "The alarms follow from the features of the model."
  }

  assert {
    condition     = local.data == tomap({ model = "abalone" }) && !anytrue([for s in data.aws_iam_policy_document.jobs.statement : s.sid == "ReadFeatures" || anytrue([for r in s.resources : strcontains(r, "feature-store")])])
    error_message = "The job reads captured requests."
  }
}

run "data_of_two_kinds_are_rejected" {
  command = plan

  variables {
    model = { features = ["length"], name = "abalone" }
  }

  expect_failures = [var.feature_group]
}

run "an_unknown_analysis_is_rejected" {
  command = plan

  variables {
    jobs = { analyses = ["bias"], instance_type = "ml.t3.medium", schedule = "cron(20 0/6 * * ? *)", window_hours = 24 }
  }

  expect_failures = [var.jobs]
}

run "a_window_of_a_few_hours_is_rejected" {
  command = plan

  variables {
    jobs = { analyses = ["drift"], instance_type = "ml.t3.medium", schedule = "cron(20 0/6 * * ? *)", window_hours = 2 }
  }

  expect_failures = [var.jobs]
}

run "a_part_of_a_day_is_not_compared_with_whole_days" {
  command = plan

  variables {
    jobs = { analyses = ["data-quality"], instance_type = "ml.t3.medium", schedule = "cron(20 0/6 * * ? *)", window_hours = 12 }
  }

  expect_failures = [var.jobs]
}

run "a_time_is_no_schedule" {
  command = plan

  variables {
    jobs = { analyses = ["drift"], instance_type = "ml.t3.medium", schedule = "daily", window_hours = 24 }
  }

  expect_failures = [var.jobs]
}
