mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  description              = "Execution role of a training pipeline and its jobs"
  image_repository_arns    = ["arn:aws:ecr:eu-west-1:123456789012:repository/test-forecaster"]
  model_package_group_name = "test-models"
  pipeline_name            = "test-training"
  policies                 = []
}

run "actions_are_enumerated_and_a_training_cannot_approve_its_version" {
  command = plan

  assert {
    condition     = [for event, policy in var.foundation.event_policies : event if contains(data.aws_iam_policy_document.data.source_policy_documents, policy)] == ["Tournament Decided", "Training Data Rejected"]
    error_message = "A job may put only its own events."
  }

  assert {
    condition     = contains(flatten([for s in data.aws_iam_policy_document.data.statement : tolist(s.actions) if s.resources == toset([var.foundation.kms_key_arn])]), "kms:Encrypt")
    error_message = "SageMaker requires kms:Encrypt of the role for outputs with a key."
  }

  assert {
    condition     = !anytrue(flatten([for d in [data.aws_iam_policy_document.data, data.aws_iam_policy_document.steps, data.aws_iam_policy_document.this] : [for s in d.statement : [for a in s.actions : strcontains(a, "*")]]]))
    error_message = "Actions are enumerated."
  }

  assert {
    condition     = sort(flatten([for d in [data.aws_iam_policy_document.data, data.aws_iam_policy_document.steps, data.aws_iam_policy_document.this] : [for s in d.statement : s.sid if contains(s.resources, "*")]])) == tolist(["WriteJobMetrics"])
    error_message = "Only actions without resource-level permissions apply to all resources."
  }

  assert {
    condition     = flatten([for s in data.aws_iam_policy_document.steps.statement : s.resources if contains(s.actions, "iam:PassRole")]) == ["arn:aws:iam::123456789012:role/test-training"]
    error_message = "The role may pass only itself."
  }

  assert {
    condition     = [for s in data.aws_iam_policy_document.steps.statement : s.condition if contains(s.actions, "sagemaker:CreateModelPackage")] == [toset([{ test = "StringEquals", values = tolist(["PendingManualApproval"]), variable = "sagemaker:ModelApprovalStatus" }])]
    error_message = "A version is registered pending approval."
  }

  assert {
    condition     = !contains(flatten([for s in data.aws_iam_policy_document.steps.statement : tolist(s.actions)]), "sagemaker:UpdateModelPackage")
    error_message = "A training changes no version."
  }

  assert {
    condition     = one([for s in data.aws_iam_policy_document.data.statement : s.resources if s.sid == "AskChampion"]) == toset(["arn:aws:sagemaker:eu-west-1:123456789012:endpoint/test-production"])
    error_message = "Only production is asked."
  }
}

run "only_jobs_may_use_the_role" {
  command = plan

  variables {
    runs_steps = false
  }

  assert {
    condition     = length(data.aws_iam_policy_document.this.source_policy_documents) == 1
    error_message = "A job runs no steps, registers no version and passes no role."
  }
}
