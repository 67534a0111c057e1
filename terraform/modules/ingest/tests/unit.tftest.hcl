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

run "events_go_to_the_archive_line_by_line" {
  command = plan

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.this["raw"].event_pattern) == { source = ["evergreen.poller"], "detail-type" = ["Transactions Received"] }
    error_message = "Transactions go to raw/."
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.this["set-aside"].event_pattern)["detail-type"] == ["Transactions Set Aside"]
    error_message = "Refused lines go to set-aside/."
  }

  assert {
    condition     = aws_cloudwatch_event_rule.this["raw"].name == "test-transactions" && aws_cloudwatch_event_rule.this["raw"].event_bus_name == "test"
    error_message = "The rule is on our bus."
  }

  assert {
    condition     = alltrue([for folder, s in aws_kinesis_firehose_delivery_stream.this : s.name == "test-${folder}" && startswith(one(s.extended_s3_configuration).prefix, "${folder}/") && one(s.extended_s3_configuration).compression_format == "GZIP"])
    error_message = "Each stream writes compressed objects into its own folder."
  }

  assert {
    condition     = alltrue([for s in aws_kinesis_firehose_delivery_stream.this : one(one(one(s.extended_s3_configuration).processing_configuration).processors).type == "AppendDelimiterToRecord"])
    error_message = "One event a line."
  }

  assert {
    condition     = alltrue([for s in aws_kinesis_firehose_delivery_stream.this : one(s.server_side_encryption).key_arn == var.foundation.kms_key_arn && one(s.extended_s3_configuration).kms_key_arn == var.foundation.kms_key_arn])
    error_message = "Streams and archive are encrypted by the key."
  }
}

run "nothing_is_lost_on_the_way" {
  command = plan

  assert {
    condition     = alltrue([for t in aws_cloudwatch_event_target.this : t.dead_letter_config[0].arn == var.foundation.undelivered_queue_arn && t.retry_policy[0].maximum_event_age_in_seconds == 86400])
    error_message = "An event is tried for a day and then kept."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.stuck.metric_name == "DeliveryToS3.DataFreshness" && aws_cloudwatch_metric_alarm.stuck.dimensions["DeliveryStreamName"] == "test-raw"
    error_message = "A late archive is an alarm."
  }

  assert {
    condition     = local.raw_object_pattern.detail.object.key == [{ prefix = "raw/" }] && local.raw_object_pattern.detail.bucket.name == ["test-123456789012-eu-west-1"]
    error_message = "The aggregator runs for new raw objects of our bucket only."
  }

  assert {
    condition     = !anytrue(flatten([for d in [data.aws_iam_policy_document.events, data.aws_iam_policy_document.firehose, data.aws_iam_policy_document.window_aggregator] : [for s in d.statement : [for a in s.actions : strcontains(a, "*")]]]))
    error_message = "Actions are enumerated."
  }

  assert {
    condition     = length(flatten([for d in [data.aws_iam_policy_document.events, data.aws_iam_policy_document.firehose, data.aws_iam_policy_document.window_aggregator] : [for s in d.statement : s.sid if contains(s.resources, "*")]])) == 0
    error_message = "No statement is for every resource but those whose service knows none."
  }

  assert {
    condition     = flatten([for s in data.aws_iam_policy_document.window_aggregator.statement : s.resources if contains(s.actions, "s3:PutObject")]) == ["arn:aws:s3:::test-123456789012-eu-west-1/minutes/*"]
    error_message = "The aggregator writes nothing in the bucket but parts of minutes."
  }
}

run "oddities_are_told" {
  command = plan

  assert {
    condition     = toset([for alarm in aws_cloudwatch_metric_alarm.oddity : alarm.alarm_name]) == toset(["test-conflicting-transactions", "test-late-transactions"])
    error_message = "Late and conflicting transactions ring an alarm each."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.oddity : alarm.namespace == "Evergreen/test" && alarm.alarm_actions == toset([var.foundation.topic_arn])])
    error_message = "The alarms look at the aggregator's metrics and tell a person."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.stale.treat_missing_data == "breaching"
    error_message = "Silence is what this alarm is for."
  }
}

run "every_version_of_the_feature_group_is_written" {
  command = plan

  assert {
    condition     = toset(flatten([for s in data.aws_iam_policy_document.window_aggregator.statement : s.resources if contains(s.actions, "sagemaker:PutRecord")])) == toset(var.feature_groups[*].arn)
    error_message = "The aggregator may write to all of them, and to nothing else."
  }
}

run "raw_objects_become_rows" {
  command = plan

  assert {
    condition     = module.window_aggregator.rule_names == ["test-window-aggregator-raw-object"]
    error_message = "A new object invokes the aggregator."
  }
}

run "of_engine_flink_only_the_archive_is_kept" {
  command = plan

  variables {
    engine = "flink"
  }

  assert {
    condition     = length(module.window_aggregator.rule_names) == 0 && aws_kinesis_firehose_delivery_stream.this["raw"].name == "test-raw"
    error_message = "Rows are made, and paid for, once; the log of truth stays."
  }
}
