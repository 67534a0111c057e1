mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name        = "/test/value"
  description = "A value"
  value       = "1"
}

run "plain_text_of_the_standard_tier" {
  command = plan

  assert {
    condition     = aws_ssm_parameter.this.type == "String" && aws_ssm_parameter.this.tier == "Standard" && output.value == "1"
    error_message = "The value is readable without a key."
  }
}

run "name_must_be_a_path" {
  command = plan

  variables {
    name = "test"
  }

  expect_failures = [var.name]
}
