mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  metric_names = ["Polls", "RowsWritten"]
}

run "zeros_are_published_every_15_minutes" {
  command = plan

  assert {
    condition     = tolist(output.schedule_names) == tolist(["test-zero-publisher-schedule"])
    error_message = "A paused loop can disable the schedule."
  }

  assert {
    condition     = output.dead_letter_queues[0].name == "test-zero-publisher-dead-letters"
    error_message = "Failed invocations are kept."
  }
}

run "no_metrics_are_refused" {
  command = plan

  variables {
    metric_names = []
  }

  expect_failures = [var.metric_names]
}
