# One role per service: EventBridge, Managed Service for Apache Flink, Firehose.

locals {
  log_group_arn = "${var.foundation.arns.logs}:log-group:/aws/kinesis-analytics/${local.name}"
  read_stream   = ["kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards"]

  policies = {
    events           = data.aws_iam_policy_document.events.json
    firehose         = data.aws_iam_policy_document.firehose.json
    kinesisanalytics = data.aws_iam_policy_document.job.json
  }
}

data "aws_iam_policy_document" "events" {
  statement {
    sid       = "PutEventsToStream"
    actions   = ["kinesis:PutRecord", "kinesis:PutRecords"]
    resources = [local.stream_arns["transactions"]]
  }

  statement {
    sid       = "UseKey"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.foundation.kms_key_arn]
  }
}

data "aws_iam_policy_document" "job" {
  statement {
    sid       = "ReadTransactions"
    actions   = local.read_stream
    resources = [local.stream_arns["transactions"]]
  }

  statement {
    sid       = "WriteRowsAndDeadLetters"
    actions   = ["kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:PutRecord", "kinesis:PutRecords"]
    resources = [local.stream_arns["dead-letters"], local.stream_arns["minutes"]]
  }

  statement {
    sid       = "ReadCode"
    actions   = ["s3:GetObject", "s3:GetObjectVersion"]
    resources = ["${var.foundation.bucket_arn}/code/streaming-*"]
  }

  statement {
    sid       = "UseKey"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.foundation.kms_key_arn]
  }

  statement {
    sid       = "WriteLog"
    actions   = ["logs:DescribeLogStreams", "logs:PutLogEvents"]
    resources = [local.log_group_arn, "${local.log_group_arn}:log-stream:*"]
  }

  statement {
    sid       = "DescribeLogGroups"
    actions   = ["logs:DescribeLogGroups"]
    resources = ["${var.foundation.arns.logs}:log-group:*"] # the action supports only the wildcard log group
  }
}

data "aws_iam_policy_document" "firehose" {
  statement {
    sid       = "ReadDeadLetters"
    actions   = local.read_stream
    resources = [local.stream_arns["dead-letters"]]
  }

  statement {
    sid       = "WriteArchive"
    actions   = ["s3:AbortMultipartUpload", "s3:PutObject"]
    resources = ["${var.foundation.bucket_arn}/dead-letters/*", "${var.foundation.bucket_arn}/firehose-errors/*"]
  }

  statement {
    sid       = "ListBucket"
    actions   = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"]
    resources = [var.foundation.bucket_arn]
  }

  statement {
    sid       = "UseKey"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.foundation.kms_key_arn]
  }

  statement {
    sid       = "WriteErrors"
    actions   = ["logs:PutLogEvents"]
    resources = ["${local.log_group_arn}:log-stream:*"]
  }
}

module "role" {
  source   = "../service_role"
  for_each = local.policies

  account_id               = var.foundation.account_id
  description              = "Role of ${each.key} for the streaming engine"
  name                     = "${local.name}-${each.key}"
  permissions_boundary_arn = var.foundation.permissions_boundary_arn
  policy                   = each.value
  service                  = each.key
  vpc_config               = each.key == "kinesisanalytics" ? var.foundation.vpc_config : null
}
