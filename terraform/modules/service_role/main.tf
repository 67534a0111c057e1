# An IAM role that one AWS service assumes, with an inline policy.

data "aws_iam_policy_document" "assume" {
  statement {
    sid     = "AssumeRole"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["${var.service}.amazonaws.com"]
    }

    # Lambda does not send aws:SourceAccount when it assumes the role of a function.
    dynamic "condition" {
      for_each = var.account_id[*]

      content {
        test     = "StringEquals"
        variable = "aws:SourceAccount"
        values   = [condition.value]
      }
    }
  }
}

data "aws_iam_policy_document" "this" {
  source_policy_documents = concat([var.policy], [for _ in var.vpc_config[*] : data.aws_iam_policy_document.network.json])

  dynamic "statement" {
    for_each = length(var.image_repository_arns) > 0 ? ["registry"] : []

    content {
      sid       = "GetRegistryToken"
      actions   = ["ecr:GetAuthorizationToken"]
      resources = ["*"] # the action does not support resource-level permissions
    }
  }

  dynamic "statement" {
    for_each = length(var.image_repository_arns) > 0 ? ["repositories"] : []

    content {
      sid       = "PullImages"
      actions   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
      resources = var.image_repository_arns
    }
  }
}

resource "aws_iam_role" "this" {
  name                 = var.name
  description          = var.description
  assume_role_policy   = data.aws_iam_policy_document.assume.json
  permissions_boundary = var.permissions_boundary_arn
}

resource "aws_iam_role_policy" "this" {
  name   = "permissions"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.this.json
}
