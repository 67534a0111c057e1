mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  alarm                    = { datapoints_to_alarm = 2, evaluation_periods = 3 }
  model_package_group_name = "test-models"
  pipeline_name            = "test-training"
  retraining               = { schedule = null }
  threshold_parameter      = { arn = "arn:aws:ssm:eu-west-1:123456789012:parameter/test/quality/threshold", name = "/test/quality/threshold" }

  foundation = {
    account_id         = "123456789012"
    artifacts_dir      = "../../../build/functions"
    bucket_name        = "test-123456789012-eu-west-1"
    bucket_arn         = "arn:aws:s3:::test-123456789012-eu-west-1"
    bus_arn            = "arn:aws:events:eu-west-1:123456789012:event-bus/test"
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

run "worse_than_the_threshold_in_m_of_n_hours_retrains" {
  command = plan

  assert {
    condition     = aws_cloudwatch_metric_alarm.loss.alarm_name == "test-production-loss"
    error_message = "The alarm has its name."
  }

  assert {
    condition     = one([for q in aws_cloudwatch_metric_alarm.loss.metric_query : q.expression if q.return_data]) == "loss - threshold" && aws_cloudwatch_metric_alarm.loss.threshold == 0 && aws_cloudwatch_metric_alarm.loss.comparison_operator == "GreaterThanThreshold"
    error_message = "Loss is compared with the threshold of the hour."
  }

  assert {
    condition = { for q in aws_cloudwatch_metric_alarm.loss.metric_query : q.id => "${q.metric[0].metric_name} ${q.metric[0].dimensions["Stage"]} ${q.metric[0].period}" if length(q.metric) > 0 } == {
      loss      = "MeanQuantileLoss production 3600"
      threshold = "Threshold production 3600"
    }
    error_message = "Both are hourly and of production."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.loss.datapoints_to_alarm == 2 && aws_cloudwatch_metric_alarm.loss.evaluation_periods == 3 && aws_cloudwatch_metric_alarm.loss.treat_missing_data == "missing"
    error_message = "One bad hour is not enough, and no reading is no verdict."
  }

  assert {
    condition     = local.alarm_pattern.detail == { alarmName = ["test-production-loss"], state = { value = ["ALARM"] } }
    error_message = "Only this alarm, and only its rise, asks for a training."
  }

  assert {
    condition     = local.deployed_pattern.detail.stage == ["production"]
    error_message = "Staging moves no threshold."
  }

  assert {
    condition     = !anytrue(flatten([for d in [data.aws_iam_policy_document.retrain_trigger, data.aws_iam_policy_document.threshold_updater] : [for s in d.statement : [for a in s.actions : strcontains(a, "*")]]]))
    error_message = "Actions are enumerated."
  }

  assert {
    condition     = length(flatten([for d in [data.aws_iam_policy_document.retrain_trigger, data.aws_iam_policy_document.threshold_updater] : [for s in d.statement : s.sid if contains(s.resources, "*")]])) == 0
    error_message = "No statement is for every resource but those whose service knows none."
  }

  assert {
    condition     = flatten([for s in data.aws_iam_policy_document.threshold_updater.statement : s.resources if contains(s.actions, "ssm:PutParameter")]) == [var.threshold_parameter.arn]
    error_message = "The updater writes the threshold and nothing else."
  }
}

run "m_is_at_most_n" {
  command = plan

  variables {
    alarm = { datapoints_to_alarm = 4, evaluation_periods = 3 }
  }

  expect_failures = [var.alarm]
}

run "n_is_at_most_a_day" {
  command = plan

  variables {
    alarm = { datapoints_to_alarm = 2, evaluation_periods = 25 }
  }

  expect_failures = [var.alarm]
}
