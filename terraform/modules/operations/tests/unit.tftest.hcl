mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  api_names             = ["test-forecaster"]
  endpoint_name         = "test-production"
  function_names        = { "2" = ["test-window-aggregator"], "8" = ["test-retrain-trigger"], shared = ["test-notifier"] }
  state_machine_arn     = "arn:aws:states:eu-west-1:123456789012:stateMachine:test-deployment"
  training_workflow_arn = "arn:aws:sagemaker:eu-west-1:123456789012:pipeline/test-training"
  variant_name          = "AllTraffic"
}

run "widgets_fill_rows_in_the_order_of_the_loop" {
  command = plan

  assert {
    condition     = [for w in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : [w.x, w.y]] == [[0, 0], [12, 0], [0, 6], [8, 6], [16, 6], [0, 12], [8, 12], [16, 12], [0, 18], [12, 18], [0, 24]]
    error_message = "Widgets do not overlap."
  }

  assert {
    condition     = [for f in local.functions : f.label] == ["② window-aggregator", "⑧ retrain-trigger", "notifier"]
    error_message = "Functions have their stage."
  }

  assert {
    condition     = local.trainings[0] == ["AWS/Sagemaker/ModelBuildingPipeline", "ExecutionSucceeded", "PipelineName", "test-training"]
    error_message = "The pipeline's executions are counted."
  }
}

run "trainings_of_a_state_machine" {
  command = plan

  variables {
    training_workflow_arn = "arn:aws:states:eu-west-1:123456789012:stateMachine:test-training"
  }

  assert {
    condition     = local.trainings[1] == ["AWS/States", "ExecutionsFailed", "StateMachineArn", var.training_workflow_arn]
    error_message = "The state machine's executions are counted."
  }
}
