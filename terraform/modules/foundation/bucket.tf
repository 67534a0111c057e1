# The data bucket: raw archive, minute parts, offline store, training data, captures, monitoring results.

module "bucket_tls_only" {
  source = "../tls_only"

  actions   = ["s3:*"]
  resources = [local.bucket_arn, "${local.bucket_arn}/*"]
}

resource "aws_s3_bucket" "data" {
  # checkov:skip=CKV_AWS_18:cost: access logs have one record per request and need a second bucket
  # checkov:skip=CKV_AWS_144:cost: a copy of all data in another region
  bucket        = local.bucket_name
  force_destroy = !var.deletion_protection # with all versions

  # Terraform deletes the bucket first: if it is protected, the decision log and the key remain too.
  depends_on = [aws_cloudwatch_log_group.decisions, aws_kms_key.this]
}

resource "aws_s3_bucket_public_access_block" "data" {
  bucket                  = aws_s3_bucket.data.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

data "aws_iam_policy_document" "bucket" {
  source_policy_documents = [module.bucket_tls_only.json]

  # Of versions that were promoted: artifact, evaluation and baseline (modules/import).
  dynamic "statement" {
    for_each = local.version_reader[*]

    content {
      sid       = "ReadPromotedFiles"
      actions   = ["s3:GetObject"]
      resources = [for folder in ["baseline", "evaluation", "model"] : "${local.bucket_arn}/training/*/${folder}/*"]

      principals {
        type        = "AWS"
        identifiers = [statement.value.account_arn]
      }

      condition {
        test     = "StringEquals"
        variable = "aws:PrincipalArn"
        values   = [statement.value.role_arn]
      }
    }
  }

  dynamic "statement" {
    for_each = local.version_reader[*]

    content {
      sid       = "ListPromotedFiles"
      actions   = ["s3:ListBucket"]
      resources = [local.bucket_arn]

      principals {
        type        = "AWS"
        identifiers = [statement.value.account_arn]
      }

      condition {
        test     = "StringEquals"
        variable = "aws:PrincipalArn"
        values   = [statement.value.role_arn]
      }

      condition {
        test     = "StringLike"
        variable = "s3:prefix"
        values   = ["training/*"]
      }
    }
  }
}

resource "aws_s3_bucket_policy" "data" {
  bucket = aws_s3_bucket.data.id
  policy = data.aws_iam_policy_document.bucket.json

  depends_on = [aws_s3_bucket_public_access_block.data] # concurrent changes of the access settings conflict
}

resource "aws_s3_bucket_server_side_encryption_configuration" "data" {
  bucket = aws_s3_bucket.data.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.this.arn
    }
  }
}

# The raw archive is the source of truth: what is overwritten or deleted can be restored for some weeks.
resource "aws_s3_bucket_versioning" "data" {
  bucket = aws_s3_bucket.data.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "data" {
  for_each = length(var.data.expire_days) > 0 || var.data.restore_days > 0 ? { data = var.data.expire_days } : {}

  bucket = aws_s3_bucket.data.id

  dynamic "rule" {
    for_each = var.data.restore_days > 0 ? [var.data.restore_days] : []

    content {
      id     = "deleted-versions"
      status = "Enabled"
      filter {}

      noncurrent_version_expiration {
        noncurrent_days = rule.value
      }

      expiration {
        expired_object_delete_marker = true
      }
    }
  }

  rule {
    id     = "abandoned-uploads"
    status = "Enabled"
    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 3
    }
  }

  dynamic "rule" {
    for_each = each.value

    content {
      id     = rule.key
      status = "Enabled"

      filter {
        prefix = "${rule.key}/"
      }

      expiration {
        days = rule.value
      }
    }
  }

  depends_on = [aws_s3_bucket_versioning.data] # a rule for old versions requires versioning
}

resource "aws_s3_bucket_notification" "data" {
  bucket      = aws_s3_bucket.data.id
  eventbridge = true
}
