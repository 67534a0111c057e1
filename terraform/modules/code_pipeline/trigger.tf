# What starts the pipeline. A connection starts it by itself (block trigger); the other sources by an event.

locals {
  patterns = {
    codecommit = {
      source        = ["aws.codecommit"]
      "detail-type" = ["CodeCommit Repository State Change"]
      resources     = ["arn:${var.partition}:codecommit:${var.region}:${var.account_id}:${coalesce(var.source_stage.repository, "none")}"]
      detail        = { event = ["referenceCreated", "referenceUpdated"], referenceType = ["branch"], referenceName = [var.source_stage.branch] }
    }
    s3 = {
      source        = ["aws.s3"]
      "detail-type" = ["Object Created"]
      detail        = { bucket = { name = [local.bucket_name] }, object = { key = [local.source_key] } }
    }
  }
  triggers = var.source_stage.kind == "connection" ? [] : [var.source_stage.kind]
}

resource "aws_s3_bucket_notification" "this" {
  for_each = toset([for kind in local.triggers : kind if kind == "s3"])

  bucket      = aws_s3_bucket.this.id
  eventbridge = true
}

resource "aws_cloudwatch_event_rule" "source" {
  for_each = toset(local.triggers)

  name          = "${var.name}-source"
  description   = "Source changed -> pipeline ${var.name}"
  event_pattern = jsonencode(local.patterns[each.key])
}

resource "aws_cloudwatch_event_target" "source" {
  for_each = toset(local.triggers)

  rule     = aws_cloudwatch_event_rule.source[each.key].name
  arn      = local.pipeline_arn
  role_arn = module.trigger_role[each.key].arn
}

data "aws_iam_policy_document" "trigger" {
  statement {
    sid       = "StartPipeline"
    actions   = ["codepipeline:StartPipelineExecution"]
    resources = [local.pipeline_arn]
  }
}

module "trigger_role" {
  source   = "../service_role"
  for_each = toset(local.triggers)

  account_id               = var.account_id
  description              = "Starts the pipeline ${var.name} when its source changes"
  name                     = "${var.name}-trigger"
  permissions_boundary_arn = var.permissions_boundary_arn
  policy                   = data.aws_iam_policy_document.trigger.json
  service                  = "events"
}
