mock_provider "aws" {
  source          = "../tests/mocks"
  override_during = plan

  # The JSON is looked at: that of the mocks is empty.
  mock_resource "aws_iam_policy" {
    defaults = { arn = "arn:aws:iam::123456789012:policy/mocked" }
  }
}

variables {
  github = { repository = "me/evergreen" }
}

run "github_proves_repository_and_environment" {
  command = plan

  assert {
    condition     = { for kind, trust in data.aws_iam_policy_document.trust : kind => { for c in trust.statement[0].condition : c.variable => one(c.values) } } == { for kind, environment in { apply = "production", plan = "plan" } : kind => { "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com", "token.actions.githubusercontent.com:sub" = "repo:me/evergreen:environment:${environment}" } }
    error_message = "Neither another repository nor a job outside of the environment assumes the roles."
  }

  assert {
    condition     = alltrue(flatten([for trust in data.aws_iam_policy_document.trust : [for c in trust.statement[0].condition : c.test == "StringEquals"]]))
    error_message = "No patterns."
  }

  assert {
    condition     = aws_iam_openid_connect_provider.github["own"].url == "https://token.actions.githubusercontent.com"
    error_message = "The provider is that of GitHub."
  }
}

run "who_plans_only_reads" {
  command = plan

  assert {
    condition     = toset(flatten([for key, policy in local.policies : [for s in policy.statements : [for a in s.Action : regex(":([A-Z][a-z]+)", a)[0] if a != "apigateway:GET"]] if policy.kind == "plan"])) == toset(["Batch", "Decrypt", "Describe", "Get", "List", "Validate"])
    error_message = "Nothing that changes, starts or passes anything."
  }

  assert {
    condition     = alltrue([for policy in aws_iam_policy.this : length(policy.policy) <= 6144])
    error_message = "A managed policy has at most 6,144 characters."
  }

  assert {
    condition     = length([for policy in local.policies : policy if policy.kind == "apply"]) <= 10
    error_message = "A role has at most ten managed policies."
  }
}

run "who_applies_cannot_change_its_own_limits" {
  command = plan

  assert {
    condition     = !anytrue(flatten([for key, policy in local.policies : [for s in policy.statements : [for r in flatten([s.Resource]) : r == "*" || strcontains(r, "/delivery-")] if length([for a in s.Action : a if startswith(a, "iam:")]) > 0]]))
    error_message = "Statements with actions of IAM name only the deployment's roles and policies."
  }

  assert {
    condition     = alltrue([for role in aws_iam_role.this : startswith(role.name, "delivery-evergreen-")])
    error_message = "The roles are outside of these names."
  }
}

run "an_existing_provider_is_used" {
  command = plan

  variables {
    github = { create_provider = false, repository = "me/evergreen" }
  }

  assert {
    condition     = length(aws_iam_openid_connect_provider.github) == 0
    error_message = "An account has one provider of an address."
  }
}

run "builds_assume_the_roles_of_their_task" {
  command = plan

  variables {
    github   = null
    pipeline = { source_stage = { kind = "s3" } }
  }

  assert {
    condition     = { for kind, trust in data.aws_iam_policy_document.trust : kind => one(one(one(trust.statement).condition).values) } == { for kind in ["apply", "plan"] : kind => "arn:aws:codebuild:eu-west-1:123456789012:project/delivery-evergreen-${kind}" }
    error_message = "The build that plans cannot apply."
  }

  assert {
    condition     = output.pipeline.project_names == { for task in ["apply", "plan", "test"] : task => "delivery-evergreen-${task}" }
    error_message = "The module names its projects as the trust does."
  }
}

run "somebody_has_to_use_the_roles" {
  command = plan

  variables {
    github = null
  }

  expect_failures = [aws_iam_role.this]
}

run "a_repository_has_an_owner" {
  command = plan

  variables {
    github = { repository = "evergreen" }
  }

  expect_failures = [var.github]
}

run "who_plans_has_an_environment_of_its_own" {
  command = plan

  variables {
    github = { plan_environment = "production", repository = "me/evergreen" }
  }

  expect_failures = [var.github]
}

run "a_prefix_cannot_be_that_of_the_delivery" {
  command = plan

  variables {
    prefix = "delivery"
  }

  expect_failures = [var.prefix]
}

run "without_a_boundary_no_role_needs_one" {
  command = plan

  assert {
    condition     = length(aws_iam_role_policy.boundary) == 0
    error_message = "deployment_boundary_arn is null."
  }
}

run "who_applies_creates_only_roles_with_the_boundary" {
  command = plan

  variables {
    deployment_boundary_arn = "arn:aws:iam::123456789012:policy/limits"
  }

  assert {
    condition     = { for s in data.aws_iam_policy_document.boundary["own"].statement : s.sid => s.effect } == { OnlyRolesWithBoundary = "Deny", BoundaryStays = "Deny", BoundaryDoesNotChange = "Deny" }
    error_message = "Everything is a refusal."
  }

  assert {
    condition     = [for c in data.aws_iam_policy_document.boundary["own"].statement[0].condition : [c.test, c.variable, one(c.values)]] == [["StringNotEquals", "iam:PermissionsBoundary", "arn:aws:iam::123456789012:policy/limits"]]
    error_message = "A role without the boundary is refused, too: then the key is missing."
  }

  assert {
    condition     = aws_iam_role_policy.boundary["own"].role == "delivery-evergreen-apply"
    error_message = "It limits the role that applies."
  }
}
