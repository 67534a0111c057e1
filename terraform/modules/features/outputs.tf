output "feature_group" {
  description = "The version of the feature group that is read: arn (built from names, so that policies need not wait) and name"
  value = {
    arn  = local.arns[var.features.read_version]
    name = aws_sagemaker_feature_group.minutes[var.features.read_version].feature_group_name
  }
}

output "written_feature_groups" {
  description = "All versions, the first one first: arn, the features that are computed, and name"
  value = [
    for version in concat(["v1"], keys(var.features.versions)) : {
      arn      = local.arns[version]
      features = [for name in local.groups[version].features : name if !contains(["tx_minute", "event_time"], name)]
      name     = aws_sagemaker_feature_group.minutes[version].feature_group_name
    }
  ]
}
