mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  definition_file          = "../../../sagemaker_pipelines/abalone/definition.json"
  image                    = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/test-forecaster:1"
  model_package_group_name = "test-models"
  quality                  = { cooldown_hours = 2, daily_cap = 6 }
  repository_arn           = "arn:aws:ecr:eu-west-1:123456789012:repository/test-forecaster"
}

run "data_come_from_any_location" {
  command = plan

  variables {
    training = { data_uri = "s3://elsewhere/abalones/", gate = "rmse<=3.1", hyperparameters = { max_iter = "80" } }
  }

  assert {
    condition     = { for p in jsondecode(aws_sagemaker_pipeline.training.pipeline_definition).Parameters : p.Name => p.DefaultValue if contains(["DataUri", "Gate", "MaxIter"], p.Name) } == { DataUri = "s3://elsewhere/abalones/", Gate = "rmse<=3.1", MaxIter = "80" }
    error_message = "Parameters are matched by name."
  }

  assert {
    condition     = [for s in data.aws_iam_policy_document.this.statement : s.resources] == [toset(["arn:aws:s3:::elsewhere/abalones/*"]), toset(["arn:aws:s3:::elsewhere"])]
    error_message = "The role reads only this location."
  }
}

run "uploads_are_read_by_default" {
  command = plan

  assert {
    condition     = output.data_uri == "s3://test-123456789012-eu-west-1/training-data/"
    error_message = "New files below training-data/ start a training."
  }
}

run "a_model_may_come_with_data" {
  command = plan

  variables {
    definition_file = "../../../sagemaker_pipelines/linear_regression/definition.json"
    training        = { data_uri = "sample" }
  }

  assert {
    condition     = length(data.aws_iam_policy_document.this.statement) == 0
    error_message = "The sample needs no access."
  }
}

run "a_model_without_a_sample_needs_a_location" {
  command = plan

  variables {
    training = { data_uri = "sample" }
  }

  expect_failures = [aws_sagemaker_pipeline.training]
}

run "unknown_hyperparameter_is_rejected" {
  command = plan

  variables {
    training = { hyperparameters = { trees = "80" } }
  }

  expect_failures = [aws_sagemaker_pipeline.training]
}

run "bad_values_are_rejected" {
  command = plan

  variables {
    training = { data_uri = "/data/a.csv", gate = "accuracy>=0.5", training_instance_type = "ml.g5.xlarge" }
  }

  expect_failures = [var.training]
}
