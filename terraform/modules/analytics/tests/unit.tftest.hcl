mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

run "decisions_are_archived" {
  command = plan

  assert {
    condition     = module.archive.stream_names == { decisions = "test-decisions" }
    error_message = "Decision events go to decisions/."
  }
}
