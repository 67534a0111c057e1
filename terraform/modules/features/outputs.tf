output "dead_letter_queues" {
  description = "Dead-letter queues: name, and whether operators may invoke the function again with its messages"
  value       = [module.offline_compactor.dead_letter_queue]
}

output "feature_group" {
  description = "Version of the feature group that training and monitoring read: arn, features that are numbers, and name"
  value = {
    arn      = local.arns[var.features.read_version]
    features = [for name in local.groups[var.features.read_version].features : name if local.groups[var.features.read_version].types[name] != "String"]
    name     = aws_sagemaker_feature_group.minutes[var.features.read_version].feature_group_name
  }
}

output "offline_stores" {
  description = "Offline stores by name of the feature group, without the prefix: columns with their types in Hive, and URI of the Parquet files"
  value = {
    for version, group in local.groups : trimprefix(group.name, "${var.foundation.prefix}-") => {
      columns = [for name in group.features : { name = name, type = { Fractional = "double", Integral = "bigint", String = "string" }[group.types[name]] }]
      uri     = "${trimsuffix(one(one(aws_sagemaker_feature_group.minutes[version].offline_store_config).s3_storage_config).resolved_output_s3_uri, "/data")}/data"
    }
  }
}

output "schedule_names" {
  description = "Rules that `evergreen pause` disables"
  value       = module.offline_compactor.schedule_names
}

output "written_feature_groups" {
  description = "All versions, starting with v1: arn, computed features, and name"
  value = [
    for version in concat(["v1"], keys(var.features.versions)) : {
      arn      = local.arns[version]
      features = [for name in local.groups[version].features : name if !contains(["tx_minute", "event_time"], name)]
      name     = aws_sagemaker_feature_group.minutes[version].feature_group_name
    }
  ]
}
