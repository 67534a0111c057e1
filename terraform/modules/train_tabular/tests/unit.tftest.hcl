mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  definition_files         = { pipeline = "../../../sagemaker_pipelines/abalone/definition.json", state_machine = "../../../sagemaker_pipelines/abalone/workflow.asl.json" }
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
    condition     = { for p in jsondecode(aws_sagemaker_pipeline.training["own"].pipeline_definition).Parameters : p.Name => p.DefaultValue if contains(["DataUri", "Gate", "MaxIter"], p.Name) } == { DataUri = "s3://elsewhere/abalones/", Gate = "rmse<=3.1", MaxIter = "80" }
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
    definition_files = { pipeline = "../../../sagemaker_pipelines/linear_regression/definition.json", state_machine = "../../../sagemaker_pipelines/linear_regression/workflow.asl.json" }
    training         = { data_uri = "sample" }
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

  expect_failures = [terraform_data.checked]
}

run "unknown_hyperparameter_is_rejected" {
  command = plan

  variables {
    training = { hyperparameters = { trees = "80" } }
  }

  expect_failures = [terraform_data.checked]
}

run "bad_values_are_rejected" {
  command = plan

  variables {
    training = { data_uri = "/data/a.csv", gate = "accuracy>=0.5", training_instance_type = "ml.g5.xlarge" }
  }

  expect_failures = [var.training]
}

run "a_state_machine_trains_instead_of_the_pipeline" {
  command = plan

  variables {
    training = { data_uri = "s3://elsewhere/abalones/", gate = "rmse<=3.1", hyperparameters = { max_iter = "80" }, workflow = "state_machine" }
  }

  assert {
    condition     = length(aws_sagemaker_pipeline.training) == 0 && output.workflow_arn == "arn:aws:states:eu-west-1:123456789012:stateMachine:test-training"
    error_message = "One service trains."
  }

  assert {
    condition     = { for name, value in jsondecode(aws_sfn_state_machine.training["own"].definition).States["Set defaults"].Result : name => value if contains(["DataUri", "Gate", "MaxIter", "Reason"], name) } == { DataUri = "s3://elsewhere/abalones/", Gate = "rmse<=3.1", MaxIter = "80", Reason = "manual" }
    error_message = "Parameters are matched by name."
  }

  assert {
    condition     = aws_sfn_state_machine.training["own"].logging_configuration[0].include_execution_data && aws_cloudwatch_log_group.machine["own"].kms_key_id == var.foundation.kms_key_arn && aws_cloudwatch_log_group.machine["own"].retention_in_days == 14
    error_message = "The log is encrypted and kept for a limited time."
  }

  assert {
    condition     = !anytrue(flatten([for s in data.aws_iam_policy_document.machine.statement : [for a in s.actions : strcontains(a, "*")]]))
    error_message = "Actions are enumerated."
  }

  assert {
    condition     = [for s in data.aws_iam_policy_document.machine.statement : s.sid if contains(s.resources, "*")] == ["DeliverLog"]
    error_message = "Only actions without resource-level permissions apply to all resources."
  }

  assert {
    condition     = [for s in data.aws_iam_policy_document.machine.statement : [s.resources, s.condition] if contains(s.actions, "iam:PassRole")] == [[toset(["arn:aws:iam::123456789012:role/test-training"]), toset([{ test = "StringEquals", values = tolist(["sagemaker.amazonaws.com"]), variable = "iam:PassedToService" }])]]
    error_message = "The machine passes only the role of its jobs, and only to SageMaker."
  }

  assert {
    condition     = [for s in data.aws_iam_policy_document.machine.statement : s.condition if contains(s.actions, "sagemaker:CreateModelPackage")] == [toset([{ test = "StringEquals", values = tolist(["PendingManualApproval"]), variable = "sagemaker:ModelApprovalStatus" }])]
    error_message = "A version is registered pending approval."
  }
}

run "jobs_of_a_state_machine_run_in_the_subnets" {
  command = plan

  variables {
    foundation = merge(var.foundation, { vpc_config = { interface_arns = [], security_group_ids = ["sg-1"], subnet_ids = ["subnet-1"] } })
    training   = { workflow = "state_machine" }
  }

  assert {
    condition     = { for name, state in jsondecode(aws_sfn_state_machine.training["own"].definition).States : name => try(state.Parameters.NetworkConfig.VpcConfig.Subnets, state.Parameters.VpcConfig.Subnets) if strcontains(try(state.Resource, ""), ".sync") } == { Evaluate = ["subnet-1"], PrepareTable = ["subnet-1"], Train = ["subnet-1"] }
    error_message = "Each job has the network of the deployment."
  }
}

run "unknown_workflow_is_rejected" {
  command = plan

  variables {
    training = { workflow = "airflow" }
  }

  expect_failures = [var.training]
}
