# The customer-managed key that encrypts all data at rest.

# For the importer of the account of production: artifact, evaluation and baseline of a version that was promoted.
data "aws_iam_policy_document" "decrypt_promoted" {
  for_each = { for reader in local.version_reader[*] : "own" => reader }

  statement {
    sid       = "DecryptPromotedFiles"
    actions   = ["kms:Decrypt"]
    resources = ["*"] # in a key policy, "*" means this key

    principals {
      type        = "AWS"
      identifiers = [each.value.account_arn]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:PrincipalArn"
      values   = [each.value.role_arn]
    }

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["s3.${local.region}.amazonaws.com"]
    }

    # With a bucket key, the context is the bucket, otherwise the object.
    condition {
      test     = "StringLike"
      variable = "kms:EncryptionContext:aws:s3:arn"
      values   = [local.bucket_arn, "${local.bucket_arn}/training/*"]
    }
  }
}

data "aws_iam_policy_document" "key" {
  source_policy_documents = values(data.aws_iam_policy_document.decrypt_promoted)[*].json

  statement {
    sid       = "AdministerKeyThroughIam"
    actions   = ["kms:*"]
    resources = ["*"] # in a key policy, "*" means this key

    principals {
      type        = "AWS"
      identifiers = ["${local.arns.iam}:root"]
    }
  }

  statement {
    sid       = "EncryptLogGroups"
    actions   = ["kms:Decrypt*", "kms:DescribeKey", "kms:Encrypt*", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
    resources = ["*"] # in a key policy, "*" means this key

    principals {
      type        = "Service"
      identifiers = ["logs.${local.region}.amazonaws.com"]
    }

    condition {
      test     = "ArnLike"
      variable = "kms:EncryptionContext:aws:logs:arn"
      values = [
        for group in ["/${var.prefix}/*", "/aws/*/${var.prefix}-*", "/aws/*/*/${var.prefix}-*", "/ecs/${var.prefix}-*"] :
        "${local.arns.logs}:log-group:${group}"
      ]
    }
  }

  statement {
    sid       = "EncryptQueuesForRulesAndTopicForAlarmsAndBudget"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
    resources = ["*"] # in a key policy, "*" means this key

    principals {
      type        = "Service"
      identifiers = ["budgets.amazonaws.com", "cloudwatch.amazonaws.com", "events.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }
  }

  # EventBridge uses the key of a topic without aws:SourceAccount and aws:SourceArn; the topic is in
  # the encryption context.
  statement {
    sid       = "EncryptTopicForRules"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
    resources = ["*"] # in a key policy, "*" means this key

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "kms:EncryptionContext:aws:sns:topicArn"
      values   = [local.topic_arn]
    }
  }
}

resource "aws_kms_key" "this" {
  description             = "Evergreen ${var.prefix}: data, queues, topics, logs"
  deletion_window_in_days = var.deletion_protection ? 30 : 7 # in which a key that was deleted by mistake can be restored
  enable_key_rotation     = true
  policy                  = data.aws_iam_policy_document.key.json
}

resource "aws_kms_alias" "this" {
  name          = local.key_alias
  target_key_id = aws_kms_key.this.key_id
}
