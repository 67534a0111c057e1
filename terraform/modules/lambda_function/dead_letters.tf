# One dead-letter queue for undeliverable events of the rules and for failed invocations.

locals {
  queue_name = "${local.function_name}-dead-letters"
  # Built from names, so that other resources do not wait for the queue, which takes 30 s to create.
  queue_arn = "${var.function_defaults.arns.sqs}:${local.queue_name}"
  rule_arns = [for bus in ["", "*/"] : "${var.function_defaults.arns.events}:rule/${bus}${local.function_name}-*"]
}

module "queue_tls_only" {
  source = "../tls_only"

  actions   = ["sqs:*"]
  resources = [local.queue_arn]
}

data "aws_iam_policy_document" "queue" {
  source_policy_documents = [module.queue_tls_only.json]

  statement {
    sid       = "SendFromRules"
    actions   = ["sqs:SendMessage"]
    resources = [local.queue_arn]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = local.rule_arns
    }
  }
}

resource "aws_sqs_queue" "dead_letters" {
  name                      = local.queue_name
  kms_master_key_id         = var.function_defaults.key_alias # by alias, for the same reason
  message_retention_seconds = 1209600
  policy                    = data.aws_iam_policy_document.queue.json
}
