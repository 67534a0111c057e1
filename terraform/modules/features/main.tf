# ③ features: one row per minute, online for the monitor, offline for training.

locals {
  name = "${var.foundation.prefix}-minutes"

  # Features that each version adds. v1 is permanent: SageMaker cannot remove features, and a replacement of the group would lose its history.
  versions = merge({ v1 = {} }, var.features.versions)

  groups = {
    for version, added in local.versions : version => {
      name  = version == "v1" ? local.name : "${local.name}-${version}"
      types = merge(local.types, added)
      # Column order in the store.
      features = concat(["tx_minute", "total_nb_trx_1min", "total_fee_1min", "avg_fee_1min", "event_time"], keys(added))
    }
  }

  arns = { for version, group in local.groups : version => "${var.foundation.arns.sagemaker}:feature-group/${group.name}" }

  types = {
    tx_minute         = "String"
    total_nb_trx_1min = "Integral"
    total_fee_1min    = "Integral"
    avg_fee_1min      = "Fractional"
    event_time        = "String"
  }
}

resource "aws_sagemaker_feature_group" "minutes" {
  for_each = local.groups

  feature_group_name             = each.value.name
  description                    = "Bitcoin transactions and fees (satoshi) per minute"
  record_identifier_feature_name = "tx_minute"
  event_time_feature_name        = "event_time"
  role_arn                       = module.store_role.arn

  dynamic "feature_definition" {
    for_each = each.value.features

    content {
      feature_name = feature_definition.value
      feature_type = each.value.types[feature_definition.value]
    }
  }

  online_store_config {
    enable_online_store = true

    security_config {
      kms_key_id = var.foundation.kms_key_arn
    }

    ttl_duration {
      unit  = "Days"
      value = var.features.online_days
    }
  }

  offline_store_config {
    disable_glue_table_creation = true # Terraform would not destroy a table that Feature Store creates

    s3_storage_config {
      s3_uri     = "s3://${var.foundation.bucket_name}/feature-store"
      kms_key_id = var.foundation.kms_key_arn
    }
  }
}
