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
