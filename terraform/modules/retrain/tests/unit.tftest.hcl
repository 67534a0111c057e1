mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  list_versions_policy     = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
  loss_alarm               = { arn = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:test-production-loss", name = "test-production-loss" }
  retraining               = { on_drift = false, schedule = null }
  state_machine_arn        = "arn:aws:states:eu-west-1:123456789012:stateMachine:test-deployment"
  model_package_group_name = "test-models"
  threshold_parameter      = "/test/quality/threshold"
  training_workflow_arn    = "arn:aws:sagemaker:eu-west-1:123456789012:pipeline/test-training"
  feature_group            = { arn = "arn:aws:sagemaker:eu-west-1:123456789012:feature-group/test-minutes", name = "test-minutes" }
  forecast_environment     = { LAG_MINUTES = "5", PREDICTION_LENGTH = "30" }
}

run "production_in_breach_retrains" {
  command = plan

  assert {
    condition     = local.alarm_pattern.detail == { alarmName = ["test-production-loss"], state = { value = ["ALARM"] } }
    error_message = "Only a change of this alarm to ALARM starts a retraining."
  }

  assert {
    condition     = !anytrue(flatten([for d in [data.aws_iam_policy_document.retrain_trigger, data.aws_iam_policy_document.pipeline, data.aws_iam_policy_document.state_machine] : [for s in d.statement : [for a in s.actions : strcontains(a, "*")]]]))
    error_message = "Actions are enumerated."
  }

  assert {
    condition     = length([for s in data.aws_iam_policy_document.retrain_trigger.statement : s.sid if contains(s.resources, "*")]) == 0
    error_message = "Every other action applies to named resources."
  }
}

run "every_request_has_its_rule" {
  command = plan

  variables {
    retraining = { on_drift = false, schedule = "cron(0 3 1 * ? *)" }
  }

  assert {
    condition     = local.upload_pattern.detail.object.key == [{ prefix = "training-data/" }]
    error_message = "Uploaded data start a training."
  }

  assert {
    condition     = jsondecode(local.failed_pattern).detail == { pipelineArn = ["arn:aws:sagemaker:eu-west-1:123456789012:pipeline/test-training"], currentPipelineExecutionStatus = ["Failed"] }
    error_message = "A failed training, and no stopped one, is recorded."
  }
}

run "trigger_records_trainings_only" {
  command = plan

  assert {
    condition     = [for event, policy in var.foundation.event_policies : event if contains(data.aws_iam_policy_document.retrain_trigger.source_policy_documents, policy)] == ["Retraining Skipped", "Retraining Started", "Training Failed"]
    error_message = "Only the role's own events may be put on the bus."
  }
}

run "a_drift_requests_a_training_if_that_is_wanted" {
  command = plan

  variables {
    retraining = { on_drift = true, schedule = "" }
  }

  assert {
    condition     = contains(module.retrain_trigger.rule_names, "test-retrain-trigger-drift")
    error_message = "The event of production starts retrain_trigger."
  }
}

run "trainings_may_be_those_of_a_state_machine" {
  command = plan

  variables {
    training_workflow_arn = "arn:aws:states:eu-west-1:123456789012:stateMachine:test-training"
  }

  assert {
    condition     = jsondecode(local.failed_pattern).detail == { stateMachineArn = ["arn:aws:states:eu-west-1:123456789012:stateMachine:test-training"], status = ["FAILED", "TIMED_OUT"] }
    error_message = "A failed training, and no stopped one, is recorded."
  }

  assert {
    condition     = [for s in data.aws_iam_policy_document.state_machine.statement : s.resources] == [toset(["arn:aws:states:eu-west-1:123456789012:stateMachine:test-training"]), toset(["arn:aws:states:eu-west-1:123456789012:execution:test-training:*"])]
    error_message = "The trigger starts and reads only this machine."
  }
}

run "other_workflows_are_rejected" {
  command = plan

  variables {
    training_workflow_arn = "test-training"
  }

  expect_failures = [var.training_workflow_arn]
}

run "without_promotion_only_this_account_requests_trainings" {
  command = plan

  assert {
    condition     = !contains(module.retrain_trigger.rule_names, "test-retrain-trigger-requested")
    error_message = "No other account is listened to."
  }
}

run "production_in_another_account_requests_trainings" {
  command = plan

  variables {
    requested_pattern = "{\"account\":[\"210987654321\"]}"
  }

  assert {
    condition     = contains(module.retrain_trigger.rule_names, "test-retrain-trigger-requested")
    error_message = "What the other account sends reaches retrain_trigger."
  }
}

run "production_asks_another_account_and_does_not_train" {
  command = plan

  variables {
    retraining       = { on_drift = true, schedule = "cron(0 3 1 * ? *)" }
    training_account = "210987654321"
  }

  assert {
    condition     = toset(module.retrain_trigger.rule_names) == toset([for name in ["alarm", "check", "drift"] : "test-retrain-trigger-${name}"])
    error_message = "Only what says something about production makes it ask: no schedule, file, code or failed training."
  }

  assert {
    condition     = length([for s in data.aws_iam_policy_document.retrain_trigger.statement : s.sid if length([for a in s.actions : a if strcontains(a, "Start") || strcontains(a, "Pipeline") || a == "s3:PutObject"]) > 0]) == 0
    error_message = "It may not start a training."
  }

  assert {
    condition     = [for event, policy in var.foundation.event_policies : event if contains(data.aws_iam_policy_document.retrain_trigger.source_policy_documents, policy)] == ["Better Model Requested"]
    error_message = "It asks, and records no decision."
  }
}
