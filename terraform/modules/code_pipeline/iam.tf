data "aws_iam_policy_document" "pipeline" {
  statement {
    sid       = "Artifacts"
    actions   = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]
    resources = ["${local.bucket_arn}/*"]
  }

  statement {
    sid       = "BucketOfArtifacts"
    actions   = ["s3:GetBucketVersioning"]
    resources = [local.bucket_arn]
  }

  statement {
    sid       = "EncryptArtifacts"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = local.key_arns

    condition {
      test     = "ForAnyValue:StringEquals"
      variable = "kms:ResourceAliases"
      values   = [local.key_alias]
    }
  }

  statement {
    sid       = "Builds"
    actions   = ["codebuild:BatchGetBuilds", "codebuild:StartBuild"]
    resources = values(local.project_arns)
  }

  statement {
    sid       = "RequestApproval"
    actions   = ["sns:Publish"]
    resources = [local.topic_arn]
  }

  dynamic "statement" {
    for_each = var.source_stage.kind == "connection" ? [var.source_stage.connection_arn] : []

    content {
      sid       = "ReadByConnection"
      actions   = ["codestar-connections:UseConnection"]
      resources = [statement.value]
    }
  }

  dynamic "statement" {
    for_each = var.source_stage.kind == "codecommit" ? [var.source_stage.repository] : []

    content {
      sid       = "ReadRepository"
      actions   = ["codecommit:CancelUploadArchive", "codecommit:GetBranch", "codecommit:GetCommit", "codecommit:GetUploadArchiveStatus", "codecommit:UploadArchive"]
      resources = ["arn:${var.partition}:codecommit:${var.region}:${var.account_id}:${statement.value}"]
    }
  }
}

module "pipeline_role" {
  source = "../service_role"

  account_id               = var.account_id
  description              = "Service role of the pipeline ${var.name}"
  name                     = "${var.name}-pipeline"
  permissions_boundary_arn = var.permissions_boundary_arn
  policy                   = data.aws_iam_policy_document.pipeline.json
  service                  = "codepipeline"
}
