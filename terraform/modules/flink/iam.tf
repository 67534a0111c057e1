# One role for each service that moves data: the rule, the job, Firehose.

locals {
  log_group_arn = "arn:${var.foundation.partition}:logs:${local.arn_parts}:log-group:/aws/kinesis-analytics/${local.name}"
  read_stream   = ["kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards"]

  policies = {
    events           = data.aws_iam_policy_document.events.json
    firehose         = data.aws_iam_policy_document.firehose.json
    kinesisanalytics = data.aws_iam_policy_document.job.json
  }
}

data "aws_iam_policy_document" "assume" {
  for_each = toset(["events", "firehose", "kinesisanalytics"])

  statement {
    sid     = "ServiceRunsAsThisRole"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["${each.key}.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [var.foundation.account_id]
    }
  }
}

data "aws_iam_policy_document" "events" {
  statement {
    sid       = "HandOverToStream"
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
    sid       = "FindLog"
    actions   = ["logs:DescribeLogGroups"]
    resources = ["arn:${var.foundation.partition}:logs:${local.arn_parts}:log-group:*"] # it is asked of all groups
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
    sid       = "FindBucket"
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

resource "aws_iam_role" "this" {
  for_each = local.policies

  name               = "${local.name}-${each.key}"
  description        = "What ${each.key} moves transactions and rows as"
  assume_role_policy = data.aws_iam_policy_document.assume[each.key].json
}

resource "aws_iam_role_policy" "this" {
  for_each = local.policies

  name   = "permissions"
  role   = aws_iam_role.this[each.key].id
  policy = each.value
}
