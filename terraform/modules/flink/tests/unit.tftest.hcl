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
    error_message = "The job receives the same events as the archive."
  }

  assert {
    condition     = aws_cloudwatch_event_target.this.arn == aws_kinesis_stream.this["transactions"].arn && aws_cloudwatch_event_rule.this.event_bus_name == "test"
    error_message = "The rule on the event bus feeds the stream of transactions."
  }

  assert {
    condition     = { for table, s in aws_kinesis_stream.this : table => s.name } == { "dead-letters" = "test-dead-letters", minutes = "test-minutes", transactions = "test-transactions" }
    error_message = "Each table has a stream."
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

run "job_properties_match_the_python_reader" {
  command = plan

  # tests/unit/streaming/test_contract.py tests the job with the same file.
  assert {
    condition = (
      jsonencode({ for g in one(one(aws_kinesisanalyticsv2_application.this.application_configuration).environment_properties).property_group : g.property_group_id => g.property_map })
      ==
      jsonencode({ for g in jsondecode(file("tests/application_properties.json")) : g.PropertyGroupId => g.PropertyMap })
    )
    error_message = "The property groups match application_properties.json."
  }

  assert {
    condition     = aws_kinesisanalyticsv2_application.this.runtime_environment == "FLINK-1_20" && aws_kinesisanalyticsv2_application.this.start_application
    error_message = "The runtime version matches the tests."
  }

  assert {
    condition     = one(one(one(aws_kinesisanalyticsv2_application.this.application_configuration).flink_application_configuration).checkpoint_configuration).checkpointing_enabled
    error_message = "Checkpointing is enabled."
  }

  assert {
    condition     = one(one(one(one(aws_kinesisanalyticsv2_application.this.application_configuration).application_code_configuration).code_content).s3_content_location).file_key == "code/streaming-${filemd5("main.tf")}.zip"
    error_message = "The object key contains the checksum of the zip."
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.retention_in_days == 14 && aws_cloudwatch_log_group.this.kms_key_id == var.foundation.kms_key_arn
    error_message = "The log expires and is encrypted."
  }
}

run "undelivered_records_are_retained" {
  command = plan

  assert {
    condition     = aws_cloudwatch_event_target.this.dead_letter_config[0].arn == var.foundation.undelivered_queue_arn && aws_cloudwatch_event_target.this.retry_policy[0].maximum_event_age_in_seconds == 86400
    error_message = "Events are retried for a day, then sent to a dead-letter queue."
  }

  assert {
    condition     = aws_lambda_event_source_mapping.minutes.bisect_batch_on_function_error && tolist(aws_lambda_event_source_mapping.minutes.function_response_types) == tolist(["ReportBatchItemFailures"])
    error_message = "Failing rows are isolated from their batch."
  }

  assert {
    condition     = aws_lambda_event_source_mapping.minutes.destination_config[0].on_failure[0].destination_arn == "arn:aws:sqs:eu-west-1:123456789012:test-feature-writer-dead-letters"
    error_message = "Failing rows are sent to the dead-letter queue of the function."
  }

  assert {
    condition     = one(aws_kinesis_firehose_delivery_stream.dead_letters.kinesis_source_configuration).kinesis_stream_arn == aws_kinesis_stream.this["dead-letters"].arn && startswith(one(aws_kinesis_firehose_delivery_stream.dead_letters.extended_s3_configuration).prefix, "dead-letters/")
    error_message = "Dead letters of the job are archived in the bucket."
  }
}

run "alarms_notify_people" {
  command = plan

  assert {
    condition     = aws_cloudwatch_metric_alarm.dead_letters.threshold == 0 && aws_cloudwatch_metric_alarm.dead_letters.dimensions["StreamName"] == "test-dead-letters"
    error_message = "One dead letter raises the alarm."
  }

  assert {
    condition     = { for table, a in aws_cloudwatch_metric_alarm.behind : table => a.threshold } == { minutes = 300000, transactions = 600000 }
    error_message = "A lagging consumer raises an alarm."
  }

  assert {
    condition     = alltrue([for a in concat(values(aws_cloudwatch_metric_alarm.behind), [aws_cloudwatch_metric_alarm.dead_letters]) : tolist(a.alarm_actions) == tolist([var.foundation.topic_arn])])
    error_message = "All alarms publish to the topic of alerts."
  }
}

run "roles_have_least_privilege" {
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
    error_message = "The writer has no read access to the feature groups."
  }
}

run "missing_zip_is_reported" {
  command = plan

  variables {
    package = "no-such.zip"
  }

  expect_failures = [aws_s3_object.code]
}

run "time_limits_are_integers_up_to_90" {
  command = plan

  variables {
    job = { allowed_lateness_minutes = 91 }
  }

  expect_failures = [var.job]
}

run "feature_that_the_job_does_not_compute_is_rejected" {
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

run "parallelism_and_shards_are_positive" {
  command = plan

  variables {
    job = { shards = 0 }
  }

  expect_failures = [var.job]
}

run "job_is_in_the_given_subnets" {
  command = plan

  variables {
    foundation = merge(var.foundation, { vpc_config = { interface_arns = ["arn:aws:ec2:eu-west-1:123456789012:network-interface/*"], security_group_ids = ["sg-1"], subnet_ids = ["subnet-1", "subnet-2"] } })
  }

  assert {
    condition     = toset(one(one(aws_kinesisanalyticsv2_application.this.application_configuration).vpc_configuration).subnet_ids) == toset(["subnet-1", "subnet-2"])
    error_message = "The job reaches the streams by their endpoint."
  }
}
