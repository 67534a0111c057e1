mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  list_versions_policy     = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
  model_package_group_name = "test-models"
  model_role_arn           = "arn:aws:iam::123456789012:role/test-model"
  training_workflow_arn    = "arn:aws:sagemaker:eu-west-1:123456789012:pipeline/test-training"
}

run "cleanup_runs_on_destroy_within_its_own_names" {
  command = plan

  assert {
    condition     = aws_lambda_invocation.at_destroy.lifecycle_scope == "CRUD"
    error_message = "The function is invoked when the resource is destroyed."
  }

  assert {
    condition     = jsondecode(aws_lambda_invocation.other_workflow_idle.input) == { idle_workflow_arn = "arn:aws:states:eu-west-1:123456789012:stateMachine:test-training", workflow_arn = var.training_workflow_arn }
    error_message = "Another workflow is chosen only while no training of the one before runs."
  }

  assert {
    condition     = output.training_workflow_arn == var.training_workflow_arn && output.model_package_group_name == "test-models" && output.model_role_arn == var.model_role_arn && output.pending_path == "/test/approval/pending"
    error_message = "Outputs repeat the inputs."
  }

  assert {
    condition     = !anytrue(flatten([for d in [data.aws_iam_policy_document.run_time_cleaner] : [for s in d.statement : [for a in s.actions : strcontains(a, "*")]]]))
    error_message = "Actions are enumerated."
  }

  assert {
    condition     = sort(flatten([for d in [data.aws_iam_policy_document.run_time_cleaner] : [for s in d.statement : s.sid if contains(s.resources, "*")]])) == tolist(["ListRunTimeResources"])
    error_message = "Only actions without resource-level permissions apply to all resources."
  }

  assert {
    condition     = alltrue(flatten([for s in data.aws_iam_policy_document.run_time_cleaner.statement : [for r in s.resources : strcontains(r, "/test-") || strcontains(r, ":test-") || endswith(r, ":model/pipelines-*")] if contains(["DeleteRunTimeResources", "StopDeployments"], s.sid)]))
    error_message = "Nothing of another deployment can be deleted."
  }
}

run "trainings_may_be_those_of_a_state_machine" {
  command = plan

  variables {
    training_workflow_arn = "arn:aws:states:eu-west-1:123456789012:stateMachine:test-training"
  }

  assert {
    condition     = length([for s in data.aws_iam_policy_document.run_time_cleaner.statement : s.sid if s.sid == "StopTrainings"]) == 0
    error_message = "Without a pipeline, none is stopped."
  }

  assert {
    condition     = [for s in data.aws_iam_policy_document.run_time_cleaner.statement : s.resources if s.sid == "ReadOtherTrainings"] == [toset(["arn:aws:sagemaker:eu-west-1:123456789012:pipeline/test-training"])] && jsondecode(aws_lambda_invocation.other_workflow_idle.input).idle_workflow_arn == "arn:aws:sagemaker:eu-west-1:123456789012:pipeline/test-training"
    error_message = "A pipeline that was chosen before is only read."
  }
}
