mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  definition_file          = "../../../sagemaker_pipelines/batch_scoring/definition.json"
  image                    = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/test-forecaster:1"
  list_versions_policy     = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
  model                    = "forecaster"
  model_package_group_name = "test-models"
  repository_arn           = "arn:aws:ecr:eu-west-1:123456789012:repository/test-forecaster"
}

run "an_upload_starts_a_run" {
  command = plan

  assert {
    condition     = local.upload_pattern.detail.object.key == [{ prefix = "batchdata/input/" }]
    error_message = "Only files below batchdata/input/ are scored."
  }

  assert {
    condition     = { for p in jsondecode(aws_sagemaker_pipeline.this.pipeline_definition).Parameters : p.Name => p.DefaultValue if contains(["ContentType", "Model"], p.Name) } == { ContentType = "application/jsonlines", Model = "forecaster" }
    error_message = "The forecaster takes series."
  }

  assert {
    condition     = !anytrue(flatten([for d in [data.aws_iam_policy_document.batch_starter, data.aws_iam_policy_document.pipeline] : [for s in d.statement : [for a in s.actions : strcontains(a, "*")]]]))
    error_message = "Actions are enumerated."
  }

  assert {
    condition     = [for s in data.aws_iam_policy_document.pipeline.statement : s.sid if contains(s.resources, "*")] == ["WriteJobMetrics"]
    error_message = "Only actions without resource-level permissions apply to all resources."
  }
}

run "a_run_that_does_not_succeed_is_recorded" {
  command = plan

  assert {
    condition     = jsondecode(jsonencode(local.ended_pattern.detail)) == { pipelineArn = ["arn:aws:sagemaker:eu-west-1:123456789012:pipeline/test-batch"], currentPipelineExecutionStatus = ["Failed", "Stopped"] }
    error_message = "Only runs of this pipeline that failed or were stopped are recorded."
  }

  assert {
    condition     = [for event, policy in var.foundation.event_policies : event if contains(data.aws_iam_policy_document.batch_starter.source_policy_documents, policy)] == ["Batch Failed"]
    error_message = "The function may record this decision and no other."
  }
}

run "rows_are_sent_together_to_several_instances" {
  command = plan

  variables {
    batch = { instance_count = 3, schedule = "rate(1 day)" }
    model = "abalone"
  }

  assert {
    condition     = one([for s in jsondecode(aws_sagemaker_pipeline.this.pipeline_definition).Steps : [s.Arguments.BatchStrategy, s.Arguments.TransformResources.InstanceCount] if s.Name == "Score"]) == ["MultiRecord", 3]
    error_message = "Terraform sets the strategy and the number of instances."
  }

  assert {
    condition     = length(output.schedule_names) == 1
    error_message = "A schedule takes the place of uploads."
  }
}

run "bad_values_are_rejected" {
  command = plan

  variables {
    batch = { instance_count = 0, instance_type = "ml.g5.xlarge", schedule = "daily" }
  }

  expect_failures = [var.batch]
}
