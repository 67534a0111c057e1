# The topic of the approvals; the role of the pipeline may publish to it.

module "approvals_tls_only" {
  source = "../tls_only"

  actions   = ["sns:Publish"]
  resources = [local.topic_arn]
}

resource "aws_sns_topic" "approvals" {
  name              = "${var.name}-approvals"
  kms_master_key_id = aws_kms_key.this.id
  policy            = module.approvals_tls_only.json
}

resource "aws_sns_topic_subscription" "approvals" {
  for_each = toset([for address in [var.approval_email] : address if address != ""])

  topic_arn = aws_sns_topic.approvals.arn
  protocol  = "email"
  endpoint  = each.value
}
