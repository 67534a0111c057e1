data "aws_iam_policy_document" "events" {
  statement {
    sid       = "PutEventsToStreams"
    actions   = ["firehose:PutRecord", "firehose:PutRecordBatch"]
    resources = [for name in values(local.stream_names) : "${var.foundation.arns.firehose}:deliverystream/${name}"]
  }
}

data "aws_iam_policy_document" "firehose" {
  statement {
    sid       = "WriteArchive"
    actions   = ["s3:AbortMultipartUpload", "s3:PutObject"]
    resources = [for folder in concat(["firehose-errors"], keys(var.streams)) : "${var.foundation.bucket_arn}/${folder}/*"]
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
    resources = ["${var.foundation.arns.logs}:log-group:/aws/kinesisfirehose/${var.foundation.prefix}-${var.name}:log-stream:*"]
  }
}

module "events_role" {
  source = "../service_role"

  account_id               = var.foundation.account_id
  description              = "Role with which EventBridge rules write to Firehose"
  name                     = "${var.foundation.prefix}-${var.role_names.events}"
  permissions_boundary_arn = var.foundation.permissions_boundary_arn
  policy                   = data.aws_iam_policy_document.events.json
  service                  = "events"
}

module "firehose_role" {
  source = "../service_role"

  account_id               = var.foundation.account_id
  description              = "Role with which Firehose writes the archive"
  name                     = "${var.foundation.prefix}-${var.role_names.firehose}"
  permissions_boundary_arn = var.foundation.permissions_boundary_arn
  policy                   = data.aws_iam_policy_document.firehose.json
  service                  = "firehose"
}
