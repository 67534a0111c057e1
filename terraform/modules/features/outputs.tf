output "feature_group" {
  description = "The feature group: arn (built from names, so that policies need not wait) and name"
  value = {
    arn  = local.arn
    name = aws_sagemaker_feature_group.minutes.feature_group_name
  }
}
