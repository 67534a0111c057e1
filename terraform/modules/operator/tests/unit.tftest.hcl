mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  api_key_ids              = ["0a1b2c3d"]
  dead_letter_queues       = [{ name = "test-undelivered", redriven = false }, { name = "test-window-aggregator-dead-letters", redriven = true }, { name = "test-smoke-test-dead-letters", redriven = true }, { name = "test-run-time-cleaner-dead-letters", redriven = false }]
  list_versions_policy     = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
  decision_log_group       = "/test/decisions"
  invoked_functions        = ["test-retrain-trigger", "test-window-aggregator"]
  model_package_group_name = "test"
  paused                   = { alarms = ["test-production-unmonitored"], schedules = ["test-retrain-trigger-check"] }
  pending_path             = "/test/approval/pending"
  query                    = { policy = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  state_machine_arn        = "arn:aws:states:eu-west-1:123456789012:stateMachine:test-deployment"
  stream_names             = ["test-raw"]
  training_workflow_arn    = "arn:aws:sagemaker:eu-west-1:123456789012:pipeline/test-training"
}

run "the_role_is_for_people_of_the_account" {
  command = plan

  assert {
    condition     = [for s in data.aws_iam_policy_document.assume.statement : [for p in s.principals : p.identifiers]] == [[toset(["arn:aws:iam::123456789012:root"])]]
    error_message = "Without principals, IAM decides who of the account may assume the role."
  }

  assert {
    condition     = !anytrue(flatten([for d in [data.aws_iam_policy_document.operate, data.aws_iam_policy_document.pause, data.aws_iam_policy_document.read, data.aws_iam_policy_document.repair] : [for s in d.statement : [for a in s.actions : strcontains(a, "*")]]]))
    error_message = "Actions are enumerated."
  }

  assert {
    condition     = length([for s in concat(data.aws_iam_policy_document.operate.statement, data.aws_iam_policy_document.pause.statement, data.aws_iam_policy_document.repair.statement) : s.sid if contains(s.resources, "*")]) == 0
    error_message = "Changes apply to named resources."
  }

  assert {
    condition     = flatten([for s in data.aws_iam_policy_document.api.statement : s.resources]) == ["arn:aws:apigateway:eu-west-1::/apikeys/0a1b2c3d", "arn:aws:s3:::test-123456789012-eu-west-1/ground-truth/*"]
    error_message = "An operator reads exactly these keys, and writes only ground truth."
  }

  assert {
    condition     = flatten([for s in data.aws_iam_policy_document.operate.statement : s.resources if contains(s.actions, "ssm:PutParameter")]) == ["arn:aws:ssm:eu-west-1:123456789012:parameter/test/training/hyperparameters/*"]
    error_message = "Of the settings of a training, an operator writes the hyperparameters."
  }
}

run "dead_letters_are_sent_back_to_where_they_failed" {
  command = plan

  assert {
    condition     = flatten([for s in data.aws_iam_policy_document.repair.statement : s.resources if s.sid == "InvokeFunctionsAgain"]) == ["arn:aws:lambda:eu-west-1:123456789012:function:test-smoke-test"]
    error_message = "An operator invokes only functions that events invoke, not the one that deletes everything, and none by two statements."
  }

  assert {
    condition     = toset(flatten([for s in data.aws_iam_policy_document.repair.statement : s.resources if s.sid == "ReadAndDeleteDeadLetters"])) == toset(["arn:aws:sqs:eu-west-1:123456789012:test-undelivered", "arn:aws:sqs:eu-west-1:123456789012:test-*-dead-letters"])
    error_message = "Dead letters of this deployment, and no other messages, are read and deleted."
  }

  assert {
    condition     = flatten([for s in data.aws_iam_policy_document.repair.statement : s.resources if s.sid == "LogDecisionsAgain"]) == ["arn:aws:logs:eu-west-1:123456789012:log-group:/test/decisions:log-stream:redriven"]
    error_message = "What an operator writes to the decision log is in a stream of its own."
  }

  assert {
    condition     = length([for s in data.aws_iam_policy_document.repair.statement : s.sid if s.sid == "StreamAgain"]) == 0
    error_message = "Engine lambda has no Kinesis streams."
  }
}

run "engine_flink_has_streams" {
  command = plan

  variables {
    kinesis_stream_names = ["test-minutes"]
  }

  assert {
    condition     = flatten([for s in data.aws_iam_policy_document.repair.statement : s.resources if s.sid == "StreamAgain"]) == ["arn:aws:kinesis:eu-west-1:123456789012:stream/test-minutes"]
    error_message = "Failed batches are read from the stream again."
  }
}

run "principals_can_be_named" {
  command = plan

  variables {
    principals = ["arn:aws:iam::123456789012:role/on-call"]
  }

  assert {
    condition     = [for s in data.aws_iam_policy_document.assume.statement : [for p in s.principals : p.identifiers]] == [[toset(["arn:aws:iam::123456789012:role/on-call"])]]
    error_message = "Only the named principals may assume the role."
  }
}

run "principals_are_arns" {
  command = plan

  variables {
    principals = ["on-call"]
  }

  expect_failures = [var.principals]
}

run "operator_cannot_forge_decisions" {
  command = plan

  assert {
    condition     = [for event, policy in var.foundation.event_policies : event if contains(data.aws_iam_policy_document.operate.source_policy_documents, policy)] == ["Code Changed", "Transactions Received"]
    error_message = "Only the role's own events may be put on the bus."
  }
}

run "only_schedules_are_switched" {
  command = plan

  variables {
    paused = { alarms = [], schedules = ["test-retrain-trigger-check", "test-monitoring-collector-hourly-production", "test-offline-compactor-schedule", "test-other"] }
  }

  assert {
    condition     = toset(flatten([for s in data.aws_iam_policy_document.pause.statement : s.resources if s.sid == "SwitchSchedules"])) == toset([for end in ["*-check", "*-hourly-production", "*-schedule", "other"] : "arn:aws:events:eu-west-1:123456789012:rule/test-${end}"])
    error_message = "The rules of events stay as they are."
  }
}

run "trainings_may_be_those_of_a_state_machine" {
  command = plan

  variables {
    training_workflow_arn = "arn:aws:states:eu-west-1:123456789012:stateMachine:test-training"
  }

  assert {
    condition     = toset(flatten([for s in data.aws_iam_policy_document.read.statement : s.resources if s.sid == "ReadTrainings"])) == toset(["arn:aws:states:eu-west-1:123456789012:stateMachine:test-training", "arn:aws:states:eu-west-1:123456789012:execution:test-training:*"])
    error_message = "An operator reads the executions of this machine."
  }
}
