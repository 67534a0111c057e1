mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan

  mock_resource "aws_kinesis_stream" {
    defaults = { arn = "arn:aws:kinesis:eu-west-1:123456789012:stream/mocked" }
  }
}

variables {
  package = "main.tf" # any file: what is in the zip is tested in Python

  feature_groups = [{
    arn      = "arn:aws:sagemaker:eu-west-1:123456789012:feature-group/test-minutes"
    features = ["total_nb_trx_1min", "total_fee_1min", "avg_fee_1min"]
    name     = "test-minutes"
  }]
}

run "events_go_through_the_job_to_the_feature_store" {
  command = plan

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.this.event_pattern) == { source = ["evergreen.poller"], "detail-type" = ["Transactions Received"] }
    error_message = "The job gets what the archive gets."
  }

  assert {
    condition     = aws_cloudwatch_event_target.this.arn == aws_kinesis_stream.this["transactions"].arn && aws_cloudwatch_event_rule.this.event_bus_name == "test"
    error_message = "The rule of our bus feeds the stream of transactions."
  }

  assert {
    condition     = { for table, s in aws_kinesis_stream.this : table => s.name } == { "dead-letters" = "test-dead-letters", minutes = "test-minutes", transactions = "test-transactions" }
    error_message = "Each table has its stream."
  }

  assert {
    condition     = alltrue([for s in aws_kinesis_stream.this : s.encryption_type == "KMS" && s.kms_key_id == var.foundation.kms_key_arn])
    error_message = "Streams are encrypted by the key."
  }

  assert {
    condition     = aws_lambda_event_source_mapping.minutes.event_source_arn == aws_kinesis_stream.this["minutes"].arn
    error_message = "feature_writer reads the rows."
  }
}

run "job_gets_what_python_reads" {
  command = plan

  # tests/unit/streaming/test_contract.py holds the job to the same file.
  assert {
    condition = (
      jsonencode({ for g in one(one(aws_kinesisanalyticsv2_application.this.application_configuration).environment_properties).property_group : g.property_group_id => g.property_map })
      ==
      jsonencode({ for g in jsondecode(file("tests/application_properties.json")) : g.PropertyGroupId => g.PropertyMap })
    )
    error_message = "The property groups are those of the contract."
  }

  assert {
    condition     = aws_kinesisanalyticsv2_application.this.runtime_environment == "FLINK-1_20" && aws_kinesisanalyticsv2_application.this.start_application
    error_message = "The runtime is the one that the job is tested on."
  }

  assert {
    condition     = one(one(one(aws_kinesisanalyticsv2_application.this.application_configuration).flink_application_configuration).checkpoint_configuration).checkpointing_enabled
    error_message = "Checkpoints are on."
  }

  assert {
    condition     = one(one(one(one(aws_kinesisanalyticsv2_application.this.application_configuration).application_code_configuration).code_content).s3_content_location).file_key == "code/streaming-${filemd5("main.tf")}.zip"
    error_message = "Another zip is another key, or the service would not take it."
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.retention_in_days == 14 && aws_cloudwatch_log_group.this.kms_key_id == var.foundation.kms_key_arn
    error_message = "The log expires and is encrypted."
  }
}

run "nothing_is_lost_on_the_way" {
  command = plan

  assert {
    condition     = aws_cloudwatch_event_target.this.dead_letter_config[0].arn == var.foundation.undelivered_queue_arn && aws_cloudwatch_event_target.this.retry_policy[0].maximum_event_age_in_seconds == 86400
    error_message = "An event is tried for a day and then kept."
  }

  assert {
    condition     = aws_lambda_event_source_mapping.minutes.bisect_batch_on_function_error && tolist(aws_lambda_event_source_mapping.minutes.function_response_types) == tolist(["ReportBatchItemFailures"])
    error_message = "A row that fails is found by itself."
  }

  assert {
    condition     = aws_lambda_event_source_mapping.minutes.destination_config[0].on_failure[0].destination_arn == "arn:aws:sqs:eu-west-1:123456789012:test-feature-writer-dead-letters"
    error_message = "And goes to the function's dead letters."
  }

  assert {
    condition     = one(aws_kinesis_firehose_delivery_stream.dead_letters.kinesis_source_configuration).kinesis_stream_arn == aws_kinesis_stream.this["dead-letters"].arn && startswith(one(aws_kinesis_firehose_delivery_stream.dead_letters.extended_s3_configuration).prefix, "dead-letters/")
    error_message = "What is not counted is kept in the bucket."
  }
}

run "people_are_told" {
  command = plan

  assert {
    condition     = aws_cloudwatch_metric_alarm.dead_letters.threshold == 0 && aws_cloudwatch_metric_alarm.dead_letters.dimensions["StreamName"] == "test-dead-letters"
    error_message = "One dead letter is enough."
  }

  assert {
    condition     = { for table, a in aws_cloudwatch_metric_alarm.behind : table => a.threshold } == { minutes = 300000, transactions = 600000 }
    error_message = "Readers that fall behind are an alarm."
  }

  assert {
    condition     = alltrue([for a in concat(values(aws_cloudwatch_metric_alarm.behind), [aws_cloudwatch_metric_alarm.dead_letters]) : tolist(a.alarm_actions) == tolist([var.foundation.topic_arn])])
    error_message = "All of them tell people."
  }
}

run "roles_may_do_only_what_they_do" {
  command = plan

  assert {
    condition     = !anytrue(flatten([for d in [data.aws_iam_policy_document.events, data.aws_iam_policy_document.job, data.aws_iam_policy_document.firehose, data.aws_iam_policy_document.feature_writer] : [for s in d.statement : [for a in s.actions : strcontains(a, "*")]]]))
    error_message = "Actions are enumerated."
  }

  assert {
    condition     = length(flatten([for d in [data.aws_iam_policy_document.events, data.aws_iam_policy_document.job, data.aws_iam_policy_document.firehose, data.aws_iam_policy_document.feature_writer] : [for s in d.statement : s.sid if contains(s.resources, "*")]])) == 0
    error_message = "No statement is for every resource."
  }

  assert {
    condition     = flatten([for s in data.aws_iam_policy_document.job.statement : s.resources if contains(s.actions, "kinesis:PutRecord")]) == [local.stream_arns["dead-letters"], local.stream_arns["minutes"]]
    error_message = "The job writes to its two sinks only."
  }

  assert {
    condition     = flatten([for s in data.aws_iam_policy_document.feature_writer.statement : s.actions if contains(s.resources, var.feature_groups[0].arn)]) == ["sagemaker:PutRecord"]
    error_message = "The writer only writes."
  }
}

run "missing_zip_is_explained" {
  command = plan

  variables {
    package = "no-such.zip"
  }

  expect_failures = [aws_s3_object.code]
}

run "limits_are_whole_numbers_up_to_90" {
  command = plan

  variables {
    job = { allowed_lateness_minutes = 91 }
  }

  expect_failures = [var.job]
}

run "feature_that_the_job_does_not_compute_is_refused" {
  command = plan

  variables {
    feature_groups = [{
      arn      = "arn:aws:sagemaker:eu-west-1:123456789012:feature-group/test-minutes-v2"
      features = ["avg_fee_1min", "median_fee_1min"]
      name     = "test-minutes-v2"
    }]
  }

  expect_failures = [var.feature_groups]
}

run "there_is_at_least_one_of_each" {
  command = plan

  variables {
    job = { shards = 0 }
  }

  expect_failures = [var.job]
}
