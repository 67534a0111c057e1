# Events to and from the same deployment in another account: one kind in each direction.

locals {
  name = "${var.foundation.prefix}-other-account"
  # The same prefix and region: the names of the other account follow from its number.
  their_bus_arn = "arn:${var.foundation.partition}:events:${var.foundation.region}:${var.account}:event-bus/${var.foundation.prefix}"

  # EventBridge sets the account of an event, which the sender cannot choose: an event that was received is not sent back.
  sent_pattern     = { account = [var.foundation.account_id], source = [var.sends.source], "detail-type" = [var.sends.detail_type] }
  accepted_pattern = { account = [var.account], source = [var.accepts.source], "detail-type" = [var.accepts.detail_type] }
}

data "aws_iam_policy_document" "bus" {
  statement {
    sid       = "AcceptFromOtherAccount"
    actions   = ["events:PutEvents"]
    resources = [var.foundation.bus_arn]

    principals {
      type        = "AWS"
      identifiers = ["arn:${var.foundation.partition}:iam::${var.account}:root"]
    }

    # Other events of this bus start deployments and trainings.
    condition {
      test     = "StringEquals"
      variable = "events:source"
      values   = [var.accepts.source]
    }

    condition {
      test     = "StringEquals"
      variable = "events:detail-type"
      values   = [var.accepts.detail_type]
    }
  }
}

resource "aws_cloudwatch_event_bus_policy" "this" {
  event_bus_name = var.foundation.bus_name
  policy         = data.aws_iam_policy_document.bus.json
}

data "aws_iam_policy_document" "send" {
  statement {
    sid       = "SendToOtherAccount"
    actions   = ["events:PutEvents"]
    resources = [local.their_bus_arn]

    condition {
      test     = "StringEquals"
      variable = "events:source"
      values   = [var.sends.source]
    }

    condition {
      test     = "StringEquals"
      variable = "events:detail-type"
      values   = [var.sends.detail_type]
    }
  }
}

module "role" {
  source = "../service_role"

  account_id               = var.foundation.account_id
  description              = "Role with which EventBridge sends events to the bus of the other account"
  name                     = local.name
  permissions_boundary_arn = var.foundation.permissions_boundary_arn
  policy                   = data.aws_iam_policy_document.send.json
  service                  = "events"
}

resource "aws_cloudwatch_event_rule" "this" {
  name           = local.name
  description    = "${var.sends.detail_type} -> the same deployment in account ${var.account}"
  event_bus_name = var.foundation.bus_name
  event_pattern  = jsonencode(local.sent_pattern)
}

resource "aws_cloudwatch_event_target" "this" {
  rule           = aws_cloudwatch_event_rule.this.name
  event_bus_name = var.foundation.bus_name
  target_id      = "bus"
  arn            = local.their_bus_arn
  role_arn       = module.role.arn

  dead_letter_config {
    arn = var.foundation.undelivered_queue_arn
  }

  retry_policy {
    maximum_event_age_in_seconds = 86400 # retry for a day
    maximum_retry_attempts       = 185
  }
}
