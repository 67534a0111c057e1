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

run "network_interfaces_are_created_in_the_given_subnets_only" {
  command = plan

  variables {
    vpc_config = {
      interface_arns     = ["arn:aws:ec2:eu-west-1:123456789012:network-interface/*", "arn:aws:ec2:eu-west-1:123456789012:subnet/subnet-1", "arn:aws:ec2:eu-west-1:123456789012:security-group/sg-1"]
      security_group_ids = ["sg-1"]
      subnet_ids         = ["subnet-1"]
    }
  }

  assert {
    condition     = [for s in data.aws_iam_policy_document.network.statement : toset(s.resources) if contains(s.actions, "ec2:CreateNetworkInterface")] == [toset(var.vpc_config.interface_arns)]
    error_message = "Subnets and groups are named."
  }

  assert {
    condition     = [for s in data.aws_iam_policy_document.network.statement : s.sid if contains(s.resources, "*") && !alltrue([for a in s.actions : startswith(a, "ec2:Describe")])] == []
    error_message = "Only descriptions are not limited."
  }

  assert {
    condition     = length(data.aws_iam_policy_document.this.source_policy_documents) == 2
    error_message = "The role has these permissions."
  }
}

run "without_a_network_there_are_no_permissions_of_ec2" {
  command = plan

  assert {
    condition     = length(data.aws_iam_policy_document.network.statement) == 0
    error_message = "The option is off by default."
  }
}
