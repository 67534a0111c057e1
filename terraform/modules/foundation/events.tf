# The events of the bus, and for each the permission to send it, which the policies of other modules include: what may send
# one event must not send another, because some of them start deployments and trainings.

locals {
  bus_arn = "${local.arns.events}:event-bus/${var.prefix}"

  # Source by detail-type.
  events = merge(
    {
      for decision in [
        "Approval Requested", "Bake Checked", "Batch Failed", "Batch Scored", "Deployment Failed", "Drift Detected",
        "Model Deployed", "Retraining Skipped", "Retraining Started", "Tournament Decided", "Training Data Rejected",
        "Training Failed", "Variants Changed", "Version Imported", "Version Promoted",
      ] : decision => "evergreen.loop"
    },
    {
      "Better Model Requested" = "evergreen.production"
      "Code Changed"           = "evergreen.delivery"
      "Transactions Received"  = "evergreen.poller"
      "Transactions Rejected"  = "evergreen.poller"
    },
  )
}

data "aws_iam_policy_document" "event" {
  for_each = local.events

  statement {
    sid       = "Send${replace(each.key, " ", "")}"
    actions   = ["events:PutEvents"]
    resources = [local.bus_arn]

    condition {
      test     = "StringEquals"
      variable = "events:source"
      values   = [each.value]
    }

    condition {
      test     = "StringEquals"
      variable = "events:detail-type"
      values   = [each.key]
    }
  }
}
