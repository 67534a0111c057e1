mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  feature_groups = [
    { arn = "arn:aws:sagemaker:eu-west-1:123456789012:feature-group/test-minutes", features = ["total_fee_1min"], name = "test-minutes" },
    { arn = "arn:aws:sagemaker:eu-west-1:123456789012:feature-group/test-minutes-v2", features = ["total_fee_1min", "median_fee_1min"], name = "test-minutes-v2" },
  ]
}

run "events_are_archived_line_by_line" {
  command = plan

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.this["raw"].event_pattern) == { source = ["evergreen.poller"], "detail-type" = ["Transactions Received"] }
    error_message = "Transactions go to raw/."
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.this["rejected"].event_pattern)["detail-type"] == ["Transactions Rejected"]
    error_message = "Rejected lines go to rejected/."
  }

  assert {
    condition     = aws_cloudwatch_event_rule.this["raw"].name == "test-transactions" && aws_cloudwatch_event_rule.this["raw"].event_bus_name == "test"
    error_message = "The rules are on the event bus."
  }

  assert {
    condition     = alltrue([for folder, s in aws_kinesis_firehose_delivery_stream.this : s.name == "test-${folder}" && startswith(one(s.extended_s3_configuration).prefix, "${folder}/") && one(s.extended_s3_configuration).compression_format == "GZIP"])
    error_message = "Each stream writes compressed objects under its own prefix."
  }

  assert {
    condition     = alltrue([for s in aws_kinesis_firehose_delivery_stream.this : one(one(one(s.extended_s3_configuration).processing_configuration).processors).type == "AppendDelimiterToRecord"])
    error_message = "Records are delimited by newlines."
  }

  assert {
    condition     = alltrue([for s in aws_kinesis_firehose_delivery_stream.this : one(s.server_side_encryption).key_arn == var.foundation.kms_key_arn && one(s.extended_s3_configuration).kms_key_arn == var.foundation.kms_key_arn])
    error_message = "Streams and archive are encrypted by the key."
  }
}

run "undelivered_records_are_retained" {
  command = plan

  assert {
    condition     = alltrue([for t in aws_cloudwatch_event_target.this : t.dead_letter_config[0].arn == var.foundation.undelivered_queue_arn && t.retry_policy[0].maximum_event_age_in_seconds == 86400])
    error_message = "Events are retried for a day, then sent to a dead-letter queue."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.delayed.metric_name == "DeliveryToS3.DataFreshness" && aws_cloudwatch_metric_alarm.delayed.dimensions["DeliveryStreamName"] == "test-raw"
    error_message = "A delayed archive raises an alarm."
  }

  assert {
    condition     = local.raw_object_pattern.detail.object.key == [{ prefix = "raw/" }] && local.raw_object_pattern.detail.bucket.name == ["test-123456789012-eu-west-1"]
    error_message = "The aggregator runs only for new raw objects of the data bucket."
  }

  assert {
    condition     = !anytrue(flatten([for d in [data.aws_iam_policy_document.events, data.aws_iam_policy_document.firehose, data.aws_iam_policy_document.window_aggregator] : [for s in d.statement : [for a in s.actions : strcontains(a, "*")]]]))
    error_message = "Actions are enumerated."
  }

  assert {
    condition     = length(flatten([for d in [data.aws_iam_policy_document.events, data.aws_iam_policy_document.firehose, data.aws_iam_policy_document.window_aggregator] : [for s in d.statement : s.sid if contains(s.resources, "*")]])) == 0
    error_message = "Only actions without resource-level permissions apply to all resources."
  }

  assert {
    condition     = flatten([for s in data.aws_iam_policy_document.window_aggregator.statement : s.resources if contains(s.actions, "s3:PutObject")]) == ["arn:aws:s3:::test-123456789012-eu-west-1/minutes/*"]
    error_message = "The aggregator writes only minute parts to the bucket."
  }
}

run "irregular_transactions_raise_alarms" {
  command = plan

  assert {
    condition     = toset([for alarm in aws_cloudwatch_metric_alarm.irregular : alarm.alarm_name]) == toset(["test-conflicting-transactions", "test-late-transactions"])
    error_message = "Late and conflicting transactions have one alarm each."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.irregular : alarm.namespace == "Evergreen/test" && alarm.alarm_actions == toset([var.foundation.topic_arn])])
    error_message = "The alarms use the metrics of the aggregator and notify people."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.stale.treat_missing_data == "breaching"
    error_message = "Missing data raises the alarm."
  }
}

run "every_version_of_the_feature_group_is_written" {
  command = plan

  assert {
    condition     = toset(flatten([for s in data.aws_iam_policy_document.window_aggregator.statement : s.resources if contains(s.actions, "sagemaker:PutRecord")])) == toset(var.feature_groups[*].arn)
    error_message = "The aggregator may write to all versions and to no other feature group."
  }
}

run "a_new_raw_object_invokes_the_aggregator" {
  command = plan

  assert {
    condition     = module.window_aggregator.rule_names == ["test-window-aggregator-raw-object"]
    error_message = "A new object invokes the aggregator."
  }
}

run "engine_flink_disables_the_trigger" {
  command = plan

  variables {
    engine = "flink"
  }

  assert {
    condition     = length(module.window_aggregator.rule_names) == 0 && aws_kinesis_firehose_delivery_stream.this["raw"].name == "test-raw"
    error_message = "With engine flink, rows are not computed twice; the archive remains."
  }
}
