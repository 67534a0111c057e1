mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  approval_policy = "manual"
  repository_arn  = "arn:aws:ecr:eu-west-1:123456789012:repository/test-forecaster"
}

run "new_versions_are_pending_approval" {
  command = plan

  assert {
    condition     = aws_sagemaker_model_package_group.this.model_package_group_name == "test-models"
    error_message = "The group has its name."
  }

  assert {
    condition     = module.settings.values == { "/test/approval/policy" = "manual" }
    error_message = "The policy is a parameter."
  }

  assert {
    condition     = local.pending_pattern.detail == { ModelPackageGroupName = ["test-models"], ModelApprovalStatus = ["PendingManualApproval"] }
    error_message = "The approver runs only for pending versions of this group."
  }

  assert {
    condition     = contains(flatten([for s in data.aws_iam_policy_document.model.statement : tolist(s.actions) if s.resources == toset([var.foundation.kms_key_arn])]), "kms:Encrypt")
    error_message = "SageMaker requires kms:Encrypt of the role for outputs with a key."
  }

  assert {
    condition     = !anytrue(flatten([for d in [data.aws_iam_policy_document.model, data.aws_iam_policy_document.model_approver] : [for s in d.statement : [for a in s.actions : strcontains(a, "*")]]]))
    error_message = "Actions are enumerated."
  }

  assert {
    condition     = sort(flatten([for d in [data.aws_iam_policy_document.model, data.aws_iam_policy_document.model_approver] : [for s in d.statement : s.sid if contains(s.resources, "*")]])) == tolist(["WriteMetrics"])
    error_message = "Only actions without resource-level permissions apply to all resources."
  }

  assert {
    condition     = flatten([for s in data.aws_iam_policy_document.model.statement : s.resources if contains(s.actions, "s3:PutObject")]) == [for folder in ["bake", "data-capture"] : "arn:aws:s3:::test-123456789012-eu-west-1/${folder}/*"]
    error_message = "A model may write only forecasts of batch transforms and data capture."
  }

  assert {
    condition     = aws_cloudwatch_log_group.endpoint["production"].name == "/aws/sagemaker/Endpoints/test-production" && aws_cloudwatch_log_group.endpoint["production"].retention_in_days == 14
    error_message = "The endpoints' logs expire."
  }
}

run "policy_must_be_manual_or_automatic" {
  command = plan

  variables {
    approval_policy = "sometimes"
  }

  expect_failures = [var.approval_policy]
}

run "approver_can_only_approve" {
  command = plan

  assert {
    condition     = [for s in data.aws_iam_policy_document.model_approver.statement : s.condition if contains(s.actions, "sagemaker:UpdateModelPackage")] == [toset([{ test = "StringEquals", values = tolist(["Approved"]), variable = "sagemaker:ModelApprovalStatus" }])]
    error_message = "The function sets no other status."
  }
}

run "versions_are_listed_and_nothing_else" {
  command = plan

  assert {
    condition     = [for s in data.aws_iam_policy_document.list_versions.statement : tolist(s.actions)] == [tolist(["sagemaker:ListModelPackages"])]
    error_message = "The shared policy allows only the list."
  }
}

run "without_promotion_the_group_has_no_policy" {
  command = plan

  assert {
    condition     = length(aws_sagemaker_model_package_group_policy.this) == 0
    error_message = "Only this account reads its versions."
  }
}

run "importer_of_the_account_of_production_describes_versions" {
  command = plan

  variables {
    foundation = {
      account_id             = "123456789012"
      arns                   = { logs = "arn:aws:logs:eu-west-1:123456789012", sagemaker = "arn:aws:sagemaker:eu-west-1:123456789012", ssm = "arn:aws:ssm:eu-west-1:123456789012" }
      bucket_arn             = "arn:aws:s3:::test-123456789012-eu-west-1"
      bus_name               = "test"
      deepar_repository_arns = []
      event_policies         = { "Approval Requested" = "{}" }
      kms_key_arn            = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000"
      log_retention_days     = 14
      prefix                 = "test"
      version_reader         = { account_arn = "arn:aws:iam::210987654321:root", role_arn = "arn:aws:iam::210987654321:role/test-version-importer" }
    }
  }

  assert {
    condition     = [for s in data.aws_iam_policy_document.group["own"].statement : concat(tolist(s.actions), tolist(s.resources), flatten([for p in s.principals : tolist(p.identifiers)]), flatten([for c in s.condition : concat([c.test, c.variable], tolist(c.values))]))] == [["sagemaker:DescribeModelPackage", "arn:aws:sagemaker:eu-west-1:123456789012:model-package/test-models/*", "arn:aws:iam::210987654321:root", "StringEquals", "aws:PrincipalArn", "arn:aws:iam::210987654321:role/test-version-importer"]]
    error_message = "Exactly the role of the importer may describe versions, and nothing else."
  }

  assert {
    condition     = aws_sagemaker_model_package_group_policy.this["own"].model_package_group_name == "test-models"
    error_message = "The policy is that of the group."
  }
}
