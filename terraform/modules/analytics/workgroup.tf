# Where queries run on AWS, and who may.

locals {
  results_prefix = "athena-results"
}

resource "aws_athena_workgroup" "this" {
  name          = var.foundation.prefix
  description   = "Queries of Evergreen ${var.foundation.prefix}"
  force_destroy = true # with the history of its queries

  configuration {
    bytes_scanned_cutoff_per_query     = var.scan_limit_gb * 1000000000
    enforce_workgroup_configuration    = true
    publish_cloudwatch_metrics_enabled = false

    result_configuration {
      expected_bucket_owner = var.foundation.account_id
      output_location       = "s3://${var.foundation.bucket_name}/${local.results_prefix}/"

      encryption_configuration {
        encryption_option = "SSE_KMS"
        kms_key_arn       = var.foundation.kms_key_arn
      }
    }
  }
}

# For the role of operators, which may read the bucket and use the key.
data "aws_iam_policy_document" "query" {
  statement {
    sid       = "RunQueries"
    actions   = ["athena:GetQueryExecution", "athena:GetQueryResults", "athena:GetWorkGroup", "athena:StartQueryExecution", "athena:StopQueryExecution"]
    resources = ["${var.foundation.arns.athena}:workgroup/${var.foundation.prefix}"]
  }

  statement {
    sid     = "ReadTables"
    actions = ["glue:GetDatabase", "glue:GetPartition", "glue:GetPartitions", "glue:GetTable", "glue:GetTables"]
    resources = [
      "${var.foundation.arns.glue}:catalog",
      "${var.foundation.arns.glue}:database/${local.database}",
      "${var.foundation.arns.glue}:table/${local.database}/*",
    ]
  }

  statement {
    sid       = "WriteResults"
    actions   = ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"]
    resources = ["${var.foundation.bucket_arn}/${local.results_prefix}/*"]
  }

  statement {
    sid       = "FindBucket"
    actions   = ["s3:GetBucketLocation"]
    resources = [var.foundation.bucket_arn]
  }
}
