mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  foundation = {
    account_id  = "123456789012"
    bucket_arn  = "arn:aws:s3:::test-123456789012-eu-west-1"
    bucket_name = "test-123456789012-eu-west-1"
    kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000"
    partition   = "aws"
    prefix      = "test"
    region      = "eu-west-1"
  }
}

run "one_row_per_minute_online_and_offline" {
  command = plan

  assert {
    condition     = aws_sagemaker_feature_group.minutes.feature_group_name == "test-minutes"
    error_message = "The group has its name."
  }

  assert {
    condition     = aws_sagemaker_feature_group.minutes.record_identifier_feature_name == "tx_minute" && aws_sagemaker_feature_group.minutes.event_time_feature_name == "event_time"
    error_message = "A row is a minute, and its version an event time."
  }

  assert {
    condition = { for f in aws_sagemaker_feature_group.minutes.feature_definition : f.feature_name => f.feature_type } == {
      avg_fee_1min      = "Fractional"
      event_time        = "String"
      total_fee_1min    = "Integral"
      total_nb_trx_1min = "Integral"
      tx_minute         = "String"
    }
    error_message = "The features are those of the contract."
  }

  assert {
    condition     = one(aws_sagemaker_feature_group.minutes.offline_store_config).disable_glue_table_creation
    error_message = "No table is made that would outlive the deployment."
  }

  assert {
    condition     = one(one(aws_sagemaker_feature_group.minutes.offline_store_config).s3_storage_config).kms_key_id == var.foundation.kms_key_arn && one(one(aws_sagemaker_feature_group.minutes.online_store_config).security_config).kms_key_id == var.foundation.kms_key_arn
    error_message = "Both stores are encrypted by the key."
  }

  assert {
    condition     = output.feature_group.arn == "arn:aws:sagemaker:eu-west-1:123456789012:feature-group/test-minutes"
    error_message = "The ARN is built from the names."
  }

  assert {
    condition     = !anytrue(flatten([for d in [data.aws_iam_policy_document.this] : [for s in d.statement : [for a in s.actions : strcontains(a, "*")]]]))
    error_message = "Actions are enumerated."
  }

  assert {
    condition     = length(flatten([for d in [data.aws_iam_policy_document.this] : [for s in d.statement : s.sid if contains(s.resources, "*")]])) == 0
    error_message = "No statement is for every resource but those whose service knows none."
  }
}
