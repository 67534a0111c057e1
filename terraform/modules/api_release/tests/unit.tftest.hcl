mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  alias           = { name = "live" }
  body            = "{\"x\":[[0.3]]}"
  capture_percent = 80
  endpoint_name   = "test-production"
  function        = { alarm_name = "test-predict-forecaster-errors", name = "test-predict-forecaster", version = "3" }
  name            = "forecaster"
}

run "a_canary_that_alarms_and_hooks_can_end" {
  command = plan

  assert {
    condition     = aws_codedeploy_deployment_group.this.deployment_config_name == "CodeDeployDefault.LambdaCanary10Percent5Minutes"
    error_message = "By default a tenth of the requests for five minutes."
  }

  assert {
    condition     = toset(aws_codedeploy_deployment_group.this.alarm_configuration[0].alarms) == toset(["test-api-forecaster-version-errors", "test-predict-forecaster-errors"])
    error_message = "Errors of the function and of the version roll back."
  }

  assert {
    condition     = contains(aws_codedeploy_deployment_group.this.auto_rollback_configuration[0].events, "DEPLOYMENT_STOP_ON_ALARM") && contains(aws_codedeploy_deployment_group.this.auto_rollback_configuration[0].events, "DEPLOYMENT_FAILURE")
    error_message = "Alarms and failed hooks roll back."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.version.dimensions == tomap({ ExecutedVersion = "3", FunctionName = "test-predict-forecaster", Resource = "test-predict-forecaster:live" })
    error_message = "The alarm of the version is that of the new one."
  }

  assert {
    condition     = jsondecode(aws_lambda_invocation.release.input).version == "3" && aws_lambda_invocation.release.triggers.version == "3"
    error_message = "A new version is released by the apply that publishes it."
  }

  assert {
    condition     = [for trigger in aws_codedeploy_deployment_group.this.trigger_configuration : trigger.trigger_target_arn] == [var.foundation.topic_arn]
    error_message = "Success and failure are mailed."
  }

  assert {
    condition     = !anytrue(flatten([for d in [data.aws_iam_policy_document.codedeploy, data.aws_iam_policy_document.releaser, data.aws_iam_policy_document.check] : [for s in d.statement : [for a in s.actions : strcontains(a, "*")]]]))
    error_message = "Actions are enumerated."
  }

  assert {
    condition     = contains([for s in data.aws_iam_policy_document.check.statement : s.sid], "ReadCaptures")
    error_message = "The hook reads captures."
  }
}

run "without_capture_or_canary" {
  command = plan

  variables {
    capture_percent = 0
    configuration   = ""
  }

  assert {
    condition     = aws_codedeploy_deployment_group.this.deployment_config_name == "CodeDeployDefault.LambdaAllAtOnce"
    error_message = "All requests at once, after the hook."
  }

  assert {
    condition     = !contains([for s in data.aws_iam_policy_document.check.statement : s.sid], "ReadCaptures")
    error_message = "Nothing is read."
  }
}

run "configurations_are_those_of_codedeploy" {
  command = plan

  variables {
    configuration = "Canary50Percent1Minute"
  }

  expect_failures = [var.configuration]
}

run "shares_are_percent" {
  command = plan

  variables {
    capture_percent = 101
  }

  expect_failures = [var.capture_percent]
}
