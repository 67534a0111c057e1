# What `api` and `traffic` read and write.

data "aws_iam_policy_document" "api" {
  dynamic "statement" {
    for_each = length(var.api_key_ids) == 0 ? [] : [var.api_key_ids]

    content {
      sid       = "ReadKeysOfApis"
      actions   = ["apigateway:GET"]
      resources = [for id in statement.value : "arn:${var.foundation.partition}:apigateway:${var.foundation.region}::/apikeys/${id}"]
    }
  }

  statement {
    sid       = "WriteGroundTruth"
    actions   = ["s3:PutObject"]
    resources = ["${var.foundation.bucket_arn}/ground-truth/*"]
  }
}
