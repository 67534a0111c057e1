mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  feature_groups = [
    { arn = "arn:aws:sagemaker:eu-west-1:123456789012:feature-group/test-minutes", features = ["total_fee_1min"], name = "test-minutes" },
    { arn = "arn:aws:sagemaker:eu-west-1:123456789012:feature-group/test-minutes-v2", features = ["total_fee_1min", "median_fee_1min"], name = "test-minutes-v2" },
  ]
  silence_period = 900
}

run "transactions_and_rejected_lines_are_archived" {
  command = plan

  assert {
    condition     = module.archive.stream_names == { raw = "test-raw", rejected = "test-rejected" }
    error_message = "Transactions and rejected lines have one stream each."
  }

  assert {
    condition     = local.streams.raw.detail_type == "Transactions Received" && local.streams.rejected.detail_type == "Transactions Rejected"
    error_message = "Transactions go to raw/, rejected lines to rejected/."
  }
}

run "a_delayed_archive_raises_an_alarm" {
  command = plan

  assert {
    condition     = aws_cloudwatch_metric_alarm.delayed.metric_name == "DeliveryToS3.DataFreshness" && aws_cloudwatch_metric_alarm.delayed.dimensions["DeliveryStreamName"] == "test-raw"
    error_message = "A delayed archive raises an alarm."
  }

  assert {
    condition     = local.raw_object_pattern.detail.object.key == [{ prefix = "raw/" }] && local.raw_object_pattern.detail.bucket.name == ["test-123456789012-eu-west-1"]
    error_message = "The aggregator runs only for new raw objects of the data bucket."
  }

  assert {
    condition     = !anytrue(flatten([for d in [data.aws_iam_policy_document.window_aggregator] : [for s in d.statement : [for a in s.actions : strcontains(a, "*")]]]))
    error_message = "Actions are enumerated."
  }

  assert {
    condition     = length(flatten([for d in [data.aws_iam_policy_document.window_aggregator] : [for s in d.statement : s.sid if contains(s.resources, "*")]])) == 0
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
    condition     = aws_cloudwatch_metric_alarm.stale.treat_missing_data == "ignore" && output.silence_metric_names[0] == "RowsWritten"
    error_message = "Missing rows raise the alarm, by the zeros of the metric; before there are any, it has no state."
  }
}

run "rows_of_rare_polls_are_awaited_longer" {
  command = plan

  variables {
    silence_period = 1800
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.stale.period == 1800 && startswith(aws_cloudwatch_metric_alarm.stale.alarm_description, "No minute row was written for 60 minutes: ")
    error_message = "The period and the description follow."
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
    condition     = length(module.window_aggregator.rule_names) == 0 && module.archive.stream_names["raw"] == "test-raw"
    error_message = "With engine flink, rows are not computed twice; the archive remains."
  }
}
