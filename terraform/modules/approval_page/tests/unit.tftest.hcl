mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  model_package_group_name = "test-models"
  pending_path             = "/test/approval/pending"
  state_machine_arn        = "arn:aws:states:eu-west-1:123456789012:stateMachine:test-deployment"
}

run "page_decides_and_does_nothing_else" {
  command = plan

  assert {
    condition     = { for s in data.aws_iam_policy_document.approval_page.statement : s.sid => tolist(s.resources) if s.sid == "DecideOnDeployments" } == { DecideOnDeployments = tolist(["arn:aws:states:eu-west-1:123456789012:stateMachine:test-deployment"]) }
    error_message = "Only tasks of the deployment are completed."
  }

  assert {
    condition     = !anytrue(flatten([for s in data.aws_iam_policy_document.approval_page.statement : [for a in s.actions : strcontains(a, "*")]])) && !anytrue([for s in data.aws_iam_policy_document.approval_page.statement : contains(s.resources, "*")])
    error_message = "Actions and resources are enumerated."
  }

  assert {
    condition     = toset(keys(aws_api_gateway_method.this)) == toset(["GET", "POST"])
    error_message = "There is a page and its form."
  }

  assert {
    condition     = one(aws_api_gateway_method_settings.this.settings).throttling_rate_limit == 1 && one(aws_api_gateway_method_settings.this.settings).logging_level == "OFF"
    error_message = "Requests are throttled, and links are not logged."
  }
}
