data "aws_iam_policy_document" "build" {
  statement {
    sid       = "WriteLogs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = [for name in values(local.names) : "${var.foundation.arns.logs}:log-group:/aws/codebuild/${name}:*"]
  }

  statement {
    sid       = "ReadSource"
    actions   = ["s3:GetObject", "s3:GetObjectVersion"]
    resources = ["${var.foundation.bucket_arn}/${local.source}"]
  }

  statement {
    sid       = "DecryptSource"
    actions   = ["kms:Decrypt"]
    resources = [var.foundation.kms_key_arn]

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["s3.${var.foundation.region}.amazonaws.com"]
    }
  }

  statement {
    sid       = "GetRegistryToken"
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"] # the action does not support resource-level permissions
  }

  statement {
    sid = "PushImages"
    actions = [
      "ecr:BatchCheckLayerAvailability",
      "ecr:BatchGetImage",
      "ecr:CompleteLayerUpload",
      "ecr:InitiateLayerUpload",
      "ecr:PutImage",
      "ecr:UploadLayerPart",
    ]
    resources = [for image in sort(keys(local.projects)) : var.repositories[image].arn]
  }
}

module "role" {
  source = "../service_role"

  account_id               = var.foundation.account_id
  description              = "Service role of the builds of both images"
  name                     = "${var.foundation.prefix}-image-builder"
  permissions_boundary_arn = var.foundation.permissions_boundary_arn
  policy                   = data.aws_iam_policy_document.build.json
  service                  = "codebuild"
}
