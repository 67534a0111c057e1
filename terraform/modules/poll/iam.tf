# Permissions of the ECS agent that starts the container.
data "aws_iam_policy_document" "execution" {
  statement {
    sid       = "WriteLog"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${var.foundation.arns.logs}:log-group:/ecs/${local.name}:*"]
  }
}

# Permissions of the container.
data "aws_iam_policy_document" "task" {
  source_policy_documents = [for event in ["Transactions Received", "Transactions Rejected"] : var.foundation.event_policies[event]]

  statement {
    sid       = "ReadArchiveAndReplayFile"
    actions   = ["s3:GetObject"]
    resources = ["${var.foundation.bucket_arn}/raw/*", "${var.foundation.bucket_arn}/replay/*"]
  }

  # Backfill compares the source with the archive.
  statement {
    sid       = "ListArchive"
    actions   = ["s3:ListBucket"]
    resources = [var.foundation.bucket_arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["raw/*"]
    }
  }

  statement {
    sid       = "DecryptObjects"
    actions   = ["kms:Decrypt"]
    resources = [var.foundation.kms_key_arn]
  }
}

module "execution_role" {
  source = "../service_role"

  account_id               = var.foundation.account_id
  description              = "Task execution role of the poller: image and log"
  image_repository_arns    = [var.repository_arn]
  name                     = "${local.name}-execution"
  permissions_boundary_arn = var.foundation.permissions_boundary_arn
  policy                   = data.aws_iam_policy_document.execution.json
  service                  = "ecs-tasks"
}

module "task_role" {
  source = "../service_role"

  account_id               = var.foundation.account_id
  description              = "Task role of the poller"
  name                     = local.name
  permissions_boundary_arn = var.foundation.permissions_boundary_arn
  policy                   = data.aws_iam_policy_document.task.json
  service                  = "ecs-tasks"
}
