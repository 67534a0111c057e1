mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  description = "Execution role of the test"
  name        = "test-role"
  policy      = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
  service     = "sagemaker"
}

run "only_the_service_in_this_account_assumes_the_role" {
  command = plan

  variables {
    account_id = "123456789012"
  }

  assert {
    condition     = one(flatten(data.aws_iam_policy_document.assume.statement[*].principals)).identifiers == toset(["sagemaker.amazonaws.com"])
    error_message = "The trust policy names one service."
  }

  assert {
    condition     = [for c in data.aws_iam_policy_document.assume.statement[0].condition : "${c.test} ${c.variable} ${c.values[0]}"] == ["StringEquals aws:SourceAccount 123456789012"]
    error_message = "The service acts on behalf of this account only."
  }

  assert {
    condition     = length(data.aws_iam_policy_document.this.statement) == 0 && data.aws_iam_policy_document.this.source_policy_documents == tolist([var.policy])
    error_message = "The role has only the permissions of the policy."
  }
}

run "without_an_account_there_is_no_condition" {
  command = plan

  assert {
    condition     = length(data.aws_iam_policy_document.assume.statement[0].condition) == 0
    error_message = "Services that do not send aws:SourceAccount could not assume the role."
  }
}

run "images_are_pulled_from_named_repositories" {
  command = plan

  variables {
    image_repository_arns = ["arn:aws:ecr:eu-west-1:123456789012:repository/test"]
  }

  assert {
    condition = { for s in data.aws_iam_policy_document.this.statement : s.sid => sort(s.resources) } == {
      GetRegistryToken = tolist(["*"])
      PullImages       = tolist(["arn:aws:ecr:eu-west-1:123456789012:repository/test"])
    }
    error_message = "Only the registry token applies to all repositories."
  }
}

run "a_service_principal_is_named_without_domain" {
  command = plan

  variables {
    service = "sagemaker.amazonaws.com"
  }

  expect_failures = [var.service]
}
