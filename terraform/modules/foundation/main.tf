# Shared by all stages: one key, one bucket, one event bus, one topic of alerts, one decision log.

data "aws_caller_identity" "this" {}

data "aws_partition" "this" {}

data "aws_region" "this" {}

# What `evergreen pause` wrote: while it exists, an apply leaves the loop paused.
data "aws_ssm_parameters_by_path" "operations" {
  path = "/${var.prefix}/operations"
}

locals {
  account_id = data.aws_caller_identity.this.account_id
  partition  = data.aws_partition.this.partition
  region     = data.aws_region.this.name

  arns = merge(
    { iam = "arn:${local.partition}:iam::${local.account_id}" },
    {
      for service in ["application-autoscaling", "athena", "cloudwatch", "ecs", "events", "firehose", "glue", "kinesis", "lambda", "logs", "sagemaker", "sns", "sqs", "ssm", "states"] :
      service => "arn:${local.partition}:${service}:${local.region}:${local.account_id}"
    },
  )

  bucket_name      = "${var.prefix}-${local.account_id}-${local.region}"
  metric_namespace = "Evergreen/${var.prefix}"
  # Built from names, so that policies do not wait for the resources.
  bucket_arn = "arn:${local.partition}:s3:::${local.bucket_name}"
  key_alias  = "alias/${var.prefix}"
  paused     = contains(data.aws_ssm_parameters_by_path.operations.names, "/${var.prefix}/operations/paused")
  stopped    = contains(data.aws_ssm_parameters_by_path.operations.names, "/${var.prefix}/operations/stopped") # production, by its schedule
  queue_name = "${var.prefix}-undelivered"
  queue_arn  = "${local.arns.sqs}:${local.queue_name}"
  topic_name = "${var.prefix}-alerts"
  topic_arn  = "${local.arns.sns}:${local.topic_name}"
  # The function that imports versions in the account of production. Policies name its account and require its ARN: a
  # role as principal would have to exist before, and would be another one after it was created again.
  version_reader = one([for account in var.promotes_to[*] : {
    account_arn = "arn:${local.partition}:iam::${account}:root"
    role_arn    = "arn:${local.partition}:iam::${account}:role/${var.prefix}-version-importer"
  }])
  rules = [
    "${local.arns.events}:rule/${var.prefix}-*",
    "${local.arns.events}:rule/${var.prefix}/*",
  ]
}

resource "aws_cloudwatch_event_bus" "this" {
  name        = var.prefix
  description = "Received transactions and decision events"
}
