mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  size = "Small"
}

run "artifacts_are_in_the_data_bucket" {
  command = plan

  assert {
    condition     = aws_sagemaker_mlflow_tracking_server.this.artifact_store_uri == "s3://test-123456789012-eu-west-1/mlflow"
    error_message = "The data bucket is encrypted and deleted with the deployment."
  }

  assert {
    condition     = alltrue(flatten([for s in data.aws_iam_policy_document.server.statement : [for r in s.resources : endswith(r, "/mlflow/*")] if s.sid == "ReadAndWriteArtifacts"]))
    error_message = "The server has no access to the loop's data."
  }

  assert {
    condition     = !aws_sagemaker_mlflow_tracking_server.this.automatic_model_registration
    error_message = "Versions are registered by the training pipeline only."
  }
}

run "size_is_one_of_the_service" {
  command = plan

  variables {
    size = "Tiny"
  }

  expect_failures = [var.size]
}
