# Source -> .ci/run -> make plan -> approval -> make deploy of that plan, on CodePipeline and CodeBuild.

locals {
  bucket_name  = "${var.name}-${var.account_id}-${var.region}"
  bucket_arn   = "arn:${var.partition}:s3:::${local.bucket_name}"
  key_alias    = "alias/${var.name}"
  key_arns     = ["arn:${var.partition}:kms:${var.region}:${var.account_id}:key/*"] # with a condition on the alias
  pipeline_arn = "arn:${var.partition}:codepipeline:${var.region}:${var.account_id}:${var.name}"
  topic_arn    = "arn:${var.partition}:sns:${var.region}:${var.account_id}:${var.name}-approvals"

  # By what they do, as scripts/delivery_buildspec.yml names it.
  projects          = { for task in ["apply", "plan", "test"] : task => "${var.name}-${task}" }
  project_arns      = { for task, name in local.projects : task => "arn:${var.partition}:codebuild:${var.region}:${var.account_id}:project/${name}" }
  project_role_arns = { apply = var.roles.apply.arn, plan = var.roles.plan.arn, test = module.test_role.arn }

  source_key = "source.zip"
  source = {
    connection = {
      provider      = "CodeStarSourceConnection"
      configuration = { BranchName = var.source_stage.branch, ConnectionArn = var.source_stage.connection_arn, DetectChanges = "true", FullRepositoryId = var.source_stage.repository, OutputArtifactFormat = "CODE_ZIP" }
    }
    codecommit = {
      provider      = "CodeCommit"
      configuration = { BranchName = var.source_stage.branch, OutputArtifactFormat = "CODE_ZIP", PollForSourceChanges = "false", RepositoryName = var.source_stage.repository }
    }
    s3 = {
      provider      = "S3"
      configuration = { PollForSourceChanges = "false", S3Bucket = local.bucket_name, S3ObjectKey = local.source_key }
    }
  }[var.source_stage.kind]

  stages = {
    Test = { provider = "CodeBuild", category = "Test", configuration = { ProjectName = local.projects.test } }
    Plan = { provider = "CodeBuild", category = "Build", configuration = { ProjectName = local.projects.plan } }
    Approve = { provider = "Manual", category = "Approval", configuration = {
      CustomData      = "Fingerprint #{Plan.FINGERPRINT}. The log of the stage Plan shows what changes."
      NotificationArn = local.topic_arn
    } }
    Apply = { provider = "CodeBuild", category = "Build", configuration = {
      EnvironmentVariables = jsonencode([{ name = "FINGERPRINT", value = "#{Plan.FINGERPRINT}", type = "PLAINTEXT" }])
      ProjectName          = local.projects.apply
    } }
  }
}

resource "aws_codepipeline" "this" {
  name           = var.name
  execution_mode = "QUEUED" # a change during an approval waits for it
  pipeline_type  = "V2"
  role_arn       = module.pipeline_role.arn

  artifact_store {
    location = aws_s3_bucket.this.id
    type     = "S3"

    encryption_key {
      id   = aws_kms_key.this.arn
      type = "KMS"
    }
  }

  stage {
    name = "Source"

    action {
      name             = "Source"
      category         = "Source"
      owner            = "AWS"
      provider         = local.source.provider
      version          = "1"
      namespace        = "Source"
      output_artifacts = ["source"]
      configuration    = local.source.configuration
    }
  }

  dynamic "stage" {
    for_each = [for name in ["Test", "Plan", "Approve", "Apply"] : merge(local.stages[name], { name = name })]

    content {
      name = stage.value.name

      action {
        name            = stage.value.name
        category        = stage.value.category
        owner           = "AWS"
        provider        = stage.value.provider
        version         = "1"
        namespace       = stage.value.name
        input_artifacts = stage.value.provider == "CodeBuild" ? ["source"] : []
        configuration   = stage.value.configuration
      }
    }
  }

  dynamic "trigger" {
    for_each = var.source_stage.kind == "connection" ? ["push"] : []

    content {
      provider_type = "CodeStarSourceConnection"

      git_configuration {
        source_action_name = "Source"

        push {
          branches {
            includes = [var.source_stage.branch]
          }
        }
      }
    }
  }

  depends_on = [module.pipeline_role]
}
