# ② ingest: event bus -> raw archive in S3 (the source of truth) -> exact row per minute.

locals {
  # Archived events by S3 prefix.
  streams = {
    raw      = { detail_type = "Transactions Received", rule = "transactions" }
    rejected = { detail_type = "Transactions Rejected", rule = "rejected" }
  }
}

module "archive" {
  source = "../event_archive"

  foundation = var.foundation
  name       = "archive"
  role_names = { events = "events-to-firehose", firehose = "firehose" }

  streams = {
    for folder, stream in local.streams : folder => {
      description   = stream.detail_type
      event_pattern = jsonencode({ source = ["evergreen.poller"], "detail-type" = [stream.detail_type] })
      rule          = stream.rule
    }
  }
}

module "window_aggregator" {
  source = "../lambda_function"

  name              = "window_aggregator"
  description       = "Raw object -> exact rows of its minutes"
  function_defaults = var.function_defaults
  policy            = data.aws_iam_policy_document.window_aggregator.json

  memory_mb       = 512
  timeout_seconds = 300

  environment = {
    FEATURE_GROUPS = jsonencode([for group in var.feature_groups : [group.name, group.features]])
  }

  # With engine flink, it runs only for `evergreen backfill` of transactions that arrived too late for the job.
  triggers = { for name in var.engine == "lambda" ? ["raw-object"] : [] : name => {
    description   = "New object in the raw archive -> window_aggregator"
    event_pattern = jsonencode(local.raw_object_pattern)
  } }
}

locals {
  raw_object_pattern = {
    source        = ["aws.s3"]
    "detail-type" = ["Object Created"]
    detail = {
      bucket = { name = [var.foundation.bucket_name] }
      object = { key = [{ prefix = "raw/" }] }
    }
  }
}

data "aws_iam_policy_document" "window_aggregator" {
  statement {
    sid       = "ReadRawAndParts"
    actions   = ["s3:GetObject"]
    resources = ["${var.foundation.bucket_arn}/minutes/*", "${var.foundation.bucket_arn}/raw/*"]
  }

  statement {
    sid       = "WriteParts"
    actions   = ["s3:PutObject"]
    resources = ["${var.foundation.bucket_arn}/minutes/*"]
  }

  statement {
    sid       = "ListPartsOfAMinute"
    actions   = ["s3:ListBucket"]
    resources = [var.foundation.bucket_arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["minutes/*"]
    }
  }

  statement {
    sid       = "WriteRows"
    actions   = ["sagemaker:PutRecord"]
    resources = var.feature_groups[*].arn
  }
}
