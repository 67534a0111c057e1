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
