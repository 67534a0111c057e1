mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  loss_alarm    = { arn = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:test-production-loss", name = "test-production-loss" }
  pipeline_name = "test-training"
  retraining    = { schedule = null }
}

run "production_in_breach_retrains" {
  command = plan

  assert {
    condition     = local.alarm_pattern.detail == { alarmName = ["test-production-loss"], state = { value = ["ALARM"] } }
    error_message = "Only a change of this alarm to ALARM starts a retraining."
  }

  assert {
    condition     = !anytrue(flatten([for d in [data.aws_iam_policy_document.retrain_trigger] : [for s in d.statement : [for a in s.actions : strcontains(a, "*")]]]))
    error_message = "Actions are enumerated."
  }

  assert {
    condition     = length(flatten([for d in [data.aws_iam_policy_document.retrain_trigger] : [for s in d.statement : s.sid if contains(s.resources, "*")]])) == 0
    error_message = "Only actions without resource-level permissions apply to all resources."
  }
}
