# The builds: scripts/delivery_buildspec.yml with another task each.

resource "aws_cloudwatch_log_group" "this" {
  for_each = local.projects

  name              = "/aws/codebuild/${var.name}-${each.key}"
  kms_key_id        = aws_kms_key.this.arn
  retention_in_days = var.log_retention_days
}

resource "aws_codebuild_project" "this" {
  # checkov:skip=CKV_AWS_316:CodeBuild's limit: only a privileged container can run Docker, which `apply` needs with image_builder = "docker"
  for_each = local.projects

  name                   = each.value
  description            = "Task ${each.key} of the pipeline ${var.name}"
  build_timeout          = 120
  concurrent_build_limit = 1
  encryption_key         = aws_kms_key.this.arn
  service_role           = local.project_role_arns[each.key]

  artifacts {
    type = "CODEPIPELINE"
  }

  environment {
    compute_type    = each.key == "test" ? "BUILD_GENERAL1_LARGE" : "BUILD_GENERAL1_SMALL"
    image           = "aws/codebuild/amazonlinux-x86_64-standard:5.0"
    privileged_mode = each.key == "apply"
    type            = "LINUX_CONTAINER"

    dynamic "environment_variable" {
      for_each = merge({ for name, value in var.environment : name => value if value != "" }, { TASK = each.key })

      content {
        name  = environment_variable.key
        value = environment_variable.value
      }
    }
  }

  logs_config {
    cloudwatch_logs {
      group_name = aws_cloudwatch_log_group.this[each.key].name
    }
  }

  source {
    type      = "CODEPIPELINE"
    buildspec = "scripts/delivery_buildspec.yml"
  }

  depends_on = [aws_iam_role_policy.builds]
}

data "aws_iam_policy_document" "build" {
  for_each = local.projects

  statement {
    sid       = "WriteLogs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["arn:${var.partition}:logs:${var.region}:${var.account_id}:log-group:/aws/codebuild/${each.value}:*"]
  }

  statement {
    sid       = "ReadArtifacts"
    actions   = ["s3:GetObject", "s3:GetObjectVersion"]
    resources = ["${local.bucket_arn}/*"]
  }

  statement {
    sid       = "DecryptArtifacts"
    actions   = ["kms:Decrypt"]
    resources = local.key_arns

    condition {
      test     = "ForAnyValue:StringEquals"
      variable = "kms:ResourceAliases"
      values   = [local.key_alias]
    }

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["s3.${var.region}.amazonaws.com"]
    }
  }
}

resource "aws_iam_role_policy" "builds" {
  for_each = { for task, role in var.roles : task => role.name }

  name   = "builds"
  role   = each.value
  policy = data.aws_iam_policy_document.build[each.key].json
}

module "test_role" {
  source = "../service_role"

  account_id               = var.account_id
  description              = "Service role of the tests: they need no AWS account"
  name                     = local.projects.test
  permissions_boundary_arn = var.permissions_boundary_arn
  policy                   = data.aws_iam_policy_document.build["test"].json
  service                  = "codebuild"
}
