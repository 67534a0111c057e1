data "aws_iam_policy_document" "assume" {
  statement {
    sid     = "FargateRunsAsThisRole"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [var.foundation.account_id]
    }
  }
}

# Who starts the container.
data "aws_iam_policy_document" "execution" {
  statement {
    sid       = "SignInToRegistry"
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"] # the token is the account's, not a repository's
  }

  statement {
    sid       = "PullImage"
    actions   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    resources = [var.repository_arn]
  }

  statement {
    sid       = "WriteLog"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["arn:${var.foundation.partition}:logs:${var.foundation.region}:${var.foundation.account_id}:log-group:/ecs/${local.name}:*"]
  }
}

# What the container may do.
data "aws_iam_policy_document" "task" {
  statement {
    sid       = "PublishTransactions"
    actions   = ["events:PutEvents"]
    resources = [var.foundation.bus_arn]
  }

  statement {
    sid       = "ReadArchiveAndReplayFile"
    actions   = ["s3:GetObject"]
    resources = ["${var.foundation.bucket_arn}/raw/*", "${var.foundation.bucket_arn}/replay/*"]
  }

  # Healing asks what the archive holds.
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
    sid       = "ReadEncrypted"
    actions   = ["kms:Decrypt"]
    resources = [var.foundation.kms_key_arn]
  }
}

resource "aws_iam_role" "execution" {
  name               = "${local.name}-execution"
  description        = "What starts the poller: image and log"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_iam_role_policy" "execution" {
  name   = "permissions"
  role   = aws_iam_role.execution.id
  policy = data.aws_iam_policy_document.execution.json
}

resource "aws_iam_role" "task" {
  name               = local.name
  description        = "What the poller runs as"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_iam_role_policy" "task" {
  name   = "permissions"
  role   = aws_iam_role.task.id
  policy = data.aws_iam_policy_document.task.json
}
