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
}

run "worse_than_the_threshold_in_m_of_n_hours_retrains" {
  command = plan

  assert {
    condition     = aws_cloudwatch_metric_alarm.loss.alarm_name == "test-production-loss"
    error_message = "The alarm has its name."
  }

  assert {
    condition     = one([for q in aws_cloudwatch_metric_alarm.loss.metric_query : q.expression if q.return_data]) == "loss - threshold" && aws_cloudwatch_metric_alarm.loss.threshold == 0 && aws_cloudwatch_metric_alarm.loss.comparison_operator == "GreaterThanThreshold"
    error_message = "The loss is compared with the threshold of the same hour."
  }

  assert {
    condition = { for q in aws_cloudwatch_metric_alarm.loss.metric_query : q.id => "${q.metric[0].metric_name} ${q.metric[0].dimensions["Stage"]} ${q.metric[0].period}" if length(q.metric) > 0 } == {
      loss      = "MeanQuantileLoss production 3600"
      threshold = "Threshold production 3600"
    }
    error_message = "Both metrics are hourly and of production."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.loss.datapoints_to_alarm == 2 && aws_cloudwatch_metric_alarm.loss.evaluation_periods == 3 && aws_cloudwatch_metric_alarm.loss.treat_missing_data == "missing"
    error_message = "One hour does not raise the alarm, and missing hours are not evaluated."
  }

  assert {
    condition     = local.alarm_pattern.detail == { alarmName = ["test-production-loss"], state = { value = ["ALARM"] } }
    error_message = "Only a change of this alarm to ALARM starts a retraining."
  }

  assert {
    condition     = local.deployed_pattern.detail.stage == ["production"]
    error_message = "Only production deployments update the threshold."
  }

  assert {
    condition     = !anytrue(flatten([for d in [data.aws_iam_policy_document.retrain_trigger, data.aws_iam_policy_document.threshold_updater] : [for s in d.statement : [for a in s.actions : strcontains(a, "*")]]]))
    error_message = "Actions are enumerated."
  }

  assert {
    condition     = length(flatten([for d in [data.aws_iam_policy_document.retrain_trigger, data.aws_iam_policy_document.threshold_updater] : [for s in d.statement : s.sid if contains(s.resources, "*")]])) == 0
    error_message = "Only actions without resource-level permissions apply to all resources."
  }

  assert {
    condition     = flatten([for s in data.aws_iam_policy_document.threshold_updater.statement : s.resources if contains(s.actions, "ssm:PutParameter")]) == [var.threshold_parameter.arn]
    error_message = "The updater may write only the threshold."
  }
}

run "m_is_at_most_n" {
  command = plan

  variables {
    alarm = { datapoints_to_alarm = 4, evaluation_periods = 3 }
  }

  expect_failures = [var.alarm]
}

run "n_is_at_most_24_hours" {
  command = plan

  variables {
    alarm = { datapoints_to_alarm = 2, evaluation_periods = 25 }
  }

  expect_failures = [var.alarm]
}
