mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  feature_group        = { arn = "arn:aws:sagemaker:eu-west-1:123456789012:feature-group/test-minutes", name = "test-minutes" }
  forecast_environment = { FORECAST_SAMPLES = "200", HISTORY_MINUTES = "270", LAG_MINUTES = "5", PREDICTION_LENGTH = "30" }
  instance_type        = "ml.m5.large"
  readings             = [3, 6, 12]
  state_machine_arn    = "arn:aws:states:eu-west-1:123456789012:stateMachine:test-deployment"
  threshold_parameter  = "/test/quality/threshold"
}

run "production_is_compared_with_the_version_before_it" {
  command = plan

  assert {
    condition     = local.result_pattern.detail.object.key == [{ prefix = "monitoring/production/" }]
    error_message = "Only production is compared."
  }

  assert {
    condition     = local.ended_pattern.detail == { TransformJobName = [{ prefix = "test-bake-" }], TransformJobStatus = ["Completed", "Failed", "Stopped"] }
    error_message = "Only the end of jobs of this deployment's bake periods is judged."
  }

  assert {
    condition     = toset(flatten([for s in data.aws_iam_policy_document.bake_starter.statement : tolist(s.actions) if s.resources == toset([var.foundation.kms_key_arn])])) == toset(["kms:DescribeKey"]) && data.aws_iam_policy_document.bake_starter.override_policy_documents == tolist([module.volume_grant.json])
    error_message = "The caller passes the key of the volumes to SageMaker."
  }

  assert {
    condition     = !anytrue(flatten([for d in [data.aws_iam_policy_document.bake_starter, data.aws_iam_policy_document.bake_judge] : [for s in d.statement : [for a in s.actions : strcontains(a, "*")]]]))
    error_message = "Actions are enumerated."
  }

  assert {
    condition     = length(flatten([for d in [data.aws_iam_policy_document.bake_starter, data.aws_iam_policy_document.bake_judge] : [for s in d.statement : s.sid if contains(s.resources, "*")]])) == 0
    error_message = "Every action applies to named resources."
  }
}

run "readings_are_counts" {
  command = plan

  variables {
    readings = [0, 2.5]
  }

  expect_failures = [var.readings]
}

run "judge_records_its_verdict_only" {
  command = plan

  assert {
    condition     = [for event, policy in var.foundation.event_policies : event if contains(data.aws_iam_policy_document.bake_judge.source_policy_documents, policy)] == ["Bake Checked"]
    error_message = "Only the role's own events may be put on the bus."
  }
}
