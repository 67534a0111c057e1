# ③ features: one row per minute, online for the monitor, offline for training.

locals {
  name      = "${var.foundation.prefix}-minutes"
  arn_parts = "${var.foundation.region}:${var.foundation.account_id}"
  arn       = "arn:${var.foundation.partition}:sagemaker:${local.arn_parts}:feature-group/${local.name}"

  features = {
    tx_minute         = "String"
    total_nb_trx_1min = "Integral"
    total_fee_1min    = "Integral"
    avg_fee_1min      = "Fractional"
    event_time        = "String"
  }
}

resource "aws_sagemaker_feature_group" "minutes" {
  feature_group_name             = local.name
  description                    = "Bitcoin transactions and fees (satoshi) per minute"
  record_identifier_feature_name = "tx_minute"
  event_time_feature_name        = "event_time"
  role_arn                       = aws_iam_role.this.arn

  # The order of the rows in the store, so it is written out.
  dynamic "feature_definition" {
    for_each = ["tx_minute", "total_nb_trx_1min", "total_fee_1min", "avg_fee_1min", "event_time"]

    content {
      feature_name = feature_definition.value
      feature_type = local.features[feature_definition.value]
    }
  }

  online_store_config {
    enable_online_store = true

    security_config {
      kms_key_id = var.foundation.kms_key_arn
    }
  }

  offline_store_config {
    disable_glue_table_creation = true # a table made at run time would outlive `terraform destroy`

    s3_storage_config {
      s3_uri     = "s3://${var.foundation.bucket_name}/feature-store"
      kms_key_id = var.foundation.kms_key_arn
    }
  }

  depends_on = [aws_iam_role_policy.this] # Feature Store tries the bucket at creation
}
