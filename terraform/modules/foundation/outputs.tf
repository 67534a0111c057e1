output "dead_letter_queues" {
  description = "Dead-letter queue of rules whose target is not a function: name"
  value       = [{ name = local.queue_name, redriven = false }] # its messages go to other services
}

output "decision_log_group" {
  description = "Log group of the decision log"
  value       = aws_cloudwatch_log_group.decisions.name
}

output "foundation" {
  description = "Names, key, bucket, bus and topic; each module declares the attributes that it uses. arns maps a service to the start of its ARNs in this account and region, event_policies an event of the bus to the permission to send it"
  value = {
    account_id               = local.account_id
    arns                     = local.arns
    bucket_arn               = local.bucket_arn
    bucket_name              = aws_s3_bucket.data.id
    bus_arn                  = aws_cloudwatch_event_bus.this.arn
    bus_name                 = aws_cloudwatch_event_bus.this.name
    deepar_repository_arns   = local.deepar_repository_arns
    event_policies           = { for event, document in data.aws_iam_policy_document.event : event => document.json }
    kms_key_arn              = aws_kms_key.this.arn
    log_retention_days       = var.log_retention_days
    metric_namespace         = local.metric_namespace
    partition                = local.partition
    paused                   = local.paused
    permissions_boundary_arn = var.permissions_boundary_arn
    prefix                   = var.prefix
    region                   = local.region
    runbook_url              = var.runbook_url
    stopped                  = local.stopped
    topic_arn                = aws_sns_topic.alerts.arn
    undelivered_queue_arn    = local.queue_arn
    version_reader           = local.version_reader
    vpc_config               = var.vpc_config
  }
}

output "function_defaults" {
  description = "Settings and resources that all functions share, for modules/lambda_function"
  value = {
    arns                     = local.arns
    artifacts_dir            = var.artifacts_dir
    bucket_name              = aws_s3_bucket.data.id
    bus_name                 = aws_cloudwatch_event_bus.this.name
    key_alias                = local.key_alias
    kms_key_arn              = aws_kms_key.this.arn
    log_retention_days       = var.log_retention_days
    metric_namespace         = local.metric_namespace
    partition                = local.partition
    paused                   = local.paused
    permissions_boundary_arn = var.permissions_boundary_arn
    prefix                   = var.prefix
    region                   = local.region
    runbook_url              = var.runbook_url
    topic_arn                = aws_sns_topic.alerts.arn
    vpc_config               = var.vpc_config
  }
}

output "repositories" {
  description = "ECR repositories by short name: arn and url"
  value       = { for name, repository in aws_ecr_repository.this : name => { arn = repository.arn, url = repository.repository_url } }
}
