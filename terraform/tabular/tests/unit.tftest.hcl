mock_provider "aws" {
  source          = "../tests/mocks"
  override_during = plan
}

variables {
  image_tag = "1a2b3c4"
  model     = "abalone"
  prefix    = "abalone"
}

run "a_tabular_model_has_the_stages_from_training_on" {
  command = plan

  assert {
    condition     = local.sample == "M,0.455,0.365,0.095,0.514,0.2245,0.101,0.15"
    error_message = "The smoke test sends the example of the record."
  }

  assert {
    condition     = output.data_uri == "s3://test-123456789012-eu-west-1/training-data/"
    error_message = "New files start a training."
  }

  assert {
    condition     = length(module.outputs_parameter.value) < 4096
    error_message = "A standard parameter holds at most 4 KB."
  }
}

run "a_model_may_come_with_data" {
  command = plan

  variables {
    model    = "linear_regression"
    prefix   = "linear"
    training = { data_uri = "sample" }
  }

  assert {
    condition     = local.sample == "0.3" && output.data_uri == "sample"
    error_message = "The linear regression has the diabetes data."
  }
}

run "unknown_model_is_rejected" {
  command = plan

  variables {
    model = "abalones"
  }

  expect_failures = [var.model]
}

run "a_state_machine_may_train_instead_of_the_pipeline" {
  command = plan

  variables {
    training = { workflow = "state_machine" }
  }

  assert {
    condition     = output.training_workflow_arn == "arn:aws:states:eu-west-1:123456789012:stateMachine:abalone-training" && jsondecode(module.outputs_parameter.value).training_workflow_arn == output.training_workflow_arn
    error_message = "Functions and the command know which service trains."
  }

  assert {
    condition     = length(module.outputs_parameter.value) < 4096
    error_message = "A standard parameter holds at most 4 KB."
  }
}
