# ② ingest: the bus -> raw archive in S3 (the log of truth) -> exact rows per minute.

locals {
  arn_parts = "${var.foundation.region}:${var.foundation.account_id}"

  # What goes from the bus into which folder; a stream is named as its folder.
  streams = {
    raw         = { detail_type = "Transactions Received", rule = "transactions" }
    "set-aside" = { detail_type = "Transactions Set Aside", rule = "set-aside" }
  }

  stream_arns = {
    for folder, _ in local.streams :
    folder => "arn:${var.foundation.partition}:firehose:${local.arn_parts}:deliverystream/${var.foundation.prefix}-${folder}"
  }
}

module "window_aggregator" {
  source = "../lambda_function"

  name        = "window_aggregator"
  description = "Raw object -> exact rows of the minutes in it"
  foundation  = var.foundation
  policy      = data.aws_iam_policy_document.window_aggregator.json

  memory_mb       = 512
  timeout_seconds = 300

  environment = {
    FEATURE_GROUPS = jsonencode([for group in var.feature_groups : [group.name, group.features]])
  }

  # Of the engine flink it repairs what came later than the job waits: `evergreen backfill`.
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
