mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  features = { compaction_schedule = "cron(30 2 * * ? *)", online_days = 7, read_version = "v1", versions = {} }


  image          = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/test-forecaster:latest"
  repository_arn = "arn:aws:ecr:eu-west-1:123456789012:repository/test-forecaster"
}

run "one_row_per_minute_online_and_offline" {
  command = plan

  assert {
    condition     = [for g in aws_sagemaker_feature_group.minutes : g.feature_group_name] == ["test-minutes"]
    error_message = "There is one feature group."
  }

  assert {
    condition     = alltrue([for g in aws_sagemaker_feature_group.minutes : g.record_identifier_feature_name == "tx_minute" && g.event_time_feature_name == "event_time"])
    error_message = "A record is a minute, versioned by its event time."
  }

  assert {
    condition = { for f in aws_sagemaker_feature_group.minutes["v1"].feature_definition : f.feature_name => f.feature_type } == {
      avg_fee_1min      = "Fractional"
      event_time        = "String"
      total_fee_1min    = "Integral"
      total_nb_trx_1min = "Integral"
      tx_minute         = "String"
    }
    error_message = "The features are those of the contract."
  }

  assert {
    condition     = one(one(aws_sagemaker_feature_group.minutes["v1"].online_store_config).ttl_duration) == { unit = "Days", value = 7 }
    error_message = "A row expires online after a week."
  }

  assert {
    condition     = one(aws_sagemaker_feature_group.minutes["v1"].offline_store_config).disable_glue_table_creation
    error_message = "No Glue table is created at run time."
  }

  assert {
    condition     = one(one(aws_sagemaker_feature_group.minutes["v1"].offline_store_config).s3_storage_config).kms_key_id == var.foundation.kms_key_arn && one(one(aws_sagemaker_feature_group.minutes["v1"].online_store_config).security_config).kms_key_id == var.foundation.kms_key_arn
    error_message = "Both stores are encrypted by the key."
  }

  assert {
    condition     = output.feature_group.arn == "arn:aws:sagemaker:eu-west-1:123456789012:feature-group/test-minutes"
    error_message = "The ARN is built from the names."
  }

  assert {
    condition     = !anytrue(flatten([for d in [data.aws_iam_policy_document.this, data.aws_iam_policy_document.compaction] : [for s in d.statement : [for a in s.actions : strcontains(a, "*")]]]))
    error_message = "Actions are enumerated."
  }

  assert {
    condition     = flatten([for d in [data.aws_iam_policy_document.this, data.aws_iam_policy_document.compaction] : [for s in d.statement : s.sid if contains(s.resources, "*")]]) == []
    error_message = "No statement applies to all resources."
  }
}

run "a_later_version_is_a_second_feature_group" {
  command = plan

  variables {
    features = { compaction_schedule = null, online_days = 7, read_version = "v1", versions = { v2 = { median_fee_1min = "Fractional" } } }
  }

  assert {
    condition     = [for g in aws_sagemaker_feature_group.minutes : g.feature_group_name] == ["test-minutes", "test-minutes-v2"] && length(aws_sagemaker_feature_group.minutes["v1"].feature_definition) == 5
    error_message = "v1 is unchanged."
  }

  assert {
    condition     = [for f in aws_sagemaker_feature_group.minutes["v2"].feature_definition : f.feature_name] == ["tx_minute", "total_nb_trx_1min", "total_fee_1min", "avg_fee_1min", "event_time", "median_fee_1min"]
    error_message = "v2 has the features of v1 and those that it adds."
  }

  assert {
    condition     = output.feature_group.name == "test-minutes"
    error_message = "v1 is read until read_version changes."
  }

  assert {
    condition     = output.written_feature_groups[*].name == ["test-minutes", "test-minutes-v2"] && output.written_feature_groups[1].features == ["total_nb_trx_1min", "total_fee_1min", "avg_fee_1min", "median_fee_1min"]
    error_message = "Both versions are written, each with its features."
  }

  assert {
    condition     = length([for s in data.aws_iam_policy_document.compaction.statement : s if s.sid == "DescribeFeatureGroups" && length(s.resources) == 2]) == 1
    error_message = "Both versions are compacted."
  }
}

run "read_version_selects_the_version_to_read" {
  command = plan

  variables {
    features = { compaction_schedule = null, online_days = 30, read_version = "v2", versions = { v2 = { median_fee_1min = "Fractional" } } }
  }

  assert {
    condition     = output.feature_group.name == "test-minutes-v2" && endswith(output.feature_group.arn, "/test-minutes-v2") && contains(output.feature_group.features, "median_fee_1min")
    error_message = "v2 is read."
  }
}

run "a_failed_compaction_is_notified" {
  command = plan
}

run "a_feature_of_unknown_type_is_rejected" {
  command = plan

  variables {
    features = { compaction_schedule = null, online_days = 7, read_version = "v1", versions = { v2 = { median_fee_1min = "Number" } } }
  }

  expect_failures = [var.features]
}

run "the_first_version_cannot_be_changed" {
  command = plan

  variables {
    features = { compaction_schedule = null, online_days = 7, read_version = "v1", versions = { v1 = { median_fee_1min = "Fractional" } } }
  }

  expect_failures = [var.features]
}

run "read_version_must_exist" {
  command = plan

  variables {
    features = { compaction_schedule = null, online_days = 7, read_version = "v2", versions = {} }
  }

  expect_failures = [var.features]
}

run "rows_stay_online_for_whole_days" {
  command = plan

  variables {
    features = { compaction_schedule = null, online_days = 0.5, read_version = "v1", versions = {} }
  }

  expect_failures = [var.features]
}
