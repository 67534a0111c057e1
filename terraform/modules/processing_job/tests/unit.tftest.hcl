mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  description    = "Execution role of the test jobs"
  image          = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/test-forecaster:latest"
  instance_type  = "ml.t3.medium"
  name           = "test-compaction"
  policy         = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
  repository_arn = "arn:aws:ecr:eu-west-1:123456789012:repository/test-forecaster"
}

run "the_starter_may_start_only_these_jobs_with_their_role" {
  command = plan

  assert {
    condition = { for s in data.aws_iam_policy_document.start.statement : s.sid => tolist(s.resources)[0] } == {
      DescribeKeyOfVolume = var.foundation.kms_key_arn
      PassJobRole         = "arn:aws:iam::123456789012:role/test-compaction"
      StartJob            = "arn:aws:sagemaker:eu-west-1:123456789012:processing-job/test-compaction-*"
    }
    error_message = "The starter names the jobs and their role."
  }

  assert {
    condition     = flatten([for s in data.aws_iam_policy_document.job.statement : s.sid if contains(s.resources, "*")]) == ["WriteJobMetrics"]
    error_message = "Only actions without resource-level permissions apply to all resources."
  }
}

run "metrics_are_limited_to_the_given_namespaces" {
  command = plan

  variables {
    metric_namespaces = ["Evergreen/test"]
  }

  assert {
    condition     = one([for s in data.aws_iam_policy_document.job.statement : tolist(s.condition)[0].values if s.sid == "WriteJobMetrics"]) == tolist(["/aws/sagemaker/ProcessingJobs", "Evergreen/test"])
    error_message = "A job publishes in SageMaker's namespace and the given ones."
  }
}

run "a_failed_job_is_reported" {
  command = plan

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.failed.event_pattern).detail.ProcessingJobName == [{ prefix = "test-compaction-" }] && aws_cloudwatch_event_target.failed.arn == var.foundation.topic_arn
    error_message = "Failures of these jobs are sent to the topic."
  }
}
