mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  approval_policy = "manual"
  repository_arn  = "arn:aws:ecr:eu-west-1:123456789012:repository/test-forecaster"
}

run "versions_wait_for_approval" {
  command = plan

  assert {
    condition     = aws_sagemaker_model_package_group.this.model_package_group_name == "test-models"
    error_message = "The group has its name."
  }

  assert {
    condition     = aws_ssm_parameter.policy.name == "/test/approval/policy" && aws_ssm_parameter.policy.value == "manual"
    error_message = "The policy is a parameter."
  }

  assert {
    condition     = local.pending_pattern.detail == { ModelPackageGroupName = ["test-models"], ModelApprovalStatus = ["PendingManualApproval"] }
    error_message = "The approver hears of waiting versions of our group only."
  }

  assert {
    condition     = !anytrue(flatten([for d in [data.aws_iam_policy_document.model, data.aws_iam_policy_document.model_approver] : [for s in d.statement : [for a in s.actions : strcontains(a, "*")]]]))
    error_message = "Actions are enumerated."
  }

  assert {
    condition     = sort(flatten([for d in [data.aws_iam_policy_document.model, data.aws_iam_policy_document.model_approver] : [for s in d.statement : s.sid if contains(s.resources, "*")]])) == tolist(["SignInToRegistry", "WriteEndpointMetrics"])
    error_message = "No statement is for every resource but those whose service knows none."
  }

  assert {
    condition     = flatten([for s in data.aws_iam_policy_document.model.statement : s.resources if contains(s.actions, "s3:PutObject")]) == ["arn:aws:s3:::test-123456789012-eu-west-1/data-capture/*"]
    error_message = "A model writes nothing but captures."
  }
}

run "policy_is_known" {
  command = plan

  variables {
    approval_policy = "sometimes"
  }

  expect_failures = [var.approval_policy]
}
