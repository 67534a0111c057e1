data "aws_iam_policy_document" "assume" {
  for_each = toset(["events", "firehose"])

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
    sid       = "HandOverToStreams"
    actions   = ["firehose:PutRecord", "firehose:PutRecordBatch"]
    resources = values(local.stream_arns)
  }
}

data "aws_iam_policy_document" "firehose" {
  statement {
    sid     = "WriteArchive"
    actions = ["s3:AbortMultipartUpload", "s3:PutObject"]
    resources = [
      "${var.foundation.bucket_arn}/firehose-errors/*",
      "${var.foundation.bucket_arn}/raw/*",
      "${var.foundation.bucket_arn}/set-aside/*",
    ]
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
    resources = ["arn:${var.foundation.partition}:logs:${local.arn_parts}:log-group:/aws/kinesisfirehose/${var.foundation.prefix}:log-stream:*"]
  }
}

resource "aws_iam_role" "events" {
  name               = "${var.foundation.prefix}-events-to-firehose"
  description        = "What the rules of the bus hand events over as"
  assume_role_policy = data.aws_iam_policy_document.assume["events"].json
}

resource "aws_iam_role_policy" "events" {
  name   = "permissions"
  role   = aws_iam_role.events.id
  policy = data.aws_iam_policy_document.events.json
}

resource "aws_iam_role" "firehose" {
  name               = "${var.foundation.prefix}-firehose"
  description        = "What the Firehose streams write the archive as"
  assume_role_policy = data.aws_iam_policy_document.assume["firehose"].json
}

resource "aws_iam_role_policy" "firehose" {
  name   = "permissions"
  role   = aws_iam_role.firehose.id
  policy = data.aws_iam_policy_document.firehose.json
}
