# What every stage stands on: one key, one bucket, one bus, one topic for people, one log of decisions.

data "aws_caller_identity" "this" {}

data "aws_partition" "this" {}

data "aws_region" "this" {}

locals {
  account_id = data.aws_caller_identity.this.account_id
  partition  = data.aws_partition.this.partition
  region     = data.aws_region.this.name

  bucket_name = "${var.prefix}-${local.account_id}-${local.region}"
  # Built from names: whoever writes a policy need not wait for the resource.
  bucket_arn = "arn:${local.partition}:s3:::${local.bucket_name}"
  key_alias  = "alias/${var.prefix}"
  queue_name = "${var.prefix}-undelivered"
  queue_arn  = "arn:${local.partition}:sqs:${local.region}:${local.account_id}:${local.queue_name}"
  rules = [
    "arn:${local.partition}:events:${local.region}:${local.account_id}:rule/${var.prefix}-*",
    "arn:${local.partition}:events:${local.region}:${local.account_id}:rule/${var.prefix}/*",
  ]
}

resource "aws_cloudwatch_event_bus" "this" {
  name        = var.prefix
  description = "Transactions on their way in, and what the loop did"
}
