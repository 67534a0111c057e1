mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  prefix   = "test"
  settings = { "training/hyperparameters/epochs" = { description = "Epochs", value = "12" } }
}

run "first_apply_writes_the_value" {
  assert {
    condition     = aws_ssm_parameter.this["training/hyperparameters/epochs"].name == "/test/training/hyperparameters/epochs" && aws_ssm_parameter.this["training/hyperparameters/epochs"].value == "12"
    error_message = "The parameter has the prefix and the value."
  }
}

run "a_changed_variable_is_written" {
  variables {
    settings = { "training/hyperparameters/epochs" = { description = "Epochs", value = "13" } }
  }

  assert {
    condition     = aws_ssm_parameter.this["training/hyperparameters/epochs"].value == "13"
    error_message = "Only changes by operators are ignored."
  }
}
