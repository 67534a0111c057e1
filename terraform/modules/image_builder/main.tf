# Builds the images on AWS, where Docker is missing or cannot build for the other architecture: `make deploy` uploads the
# source and starts the builds.

locals {
  # One project per architecture, so that nothing is emulated: the poller runs on Graviton, SageMaker instances are x86-64.
  projects = { for image, machine in {
    forecaster = { type = "LINUX_CONTAINER", image = "aws/codebuild/amazonlinux-x86_64-standard:5.0" }
    poller     = { type = "ARM_CONTAINER", image = "aws/codebuild/amazonlinux-aarch64-standard:3.0" }
  } : image => machine if contains(keys(var.repositories), image) }
  names = { for image in keys(local.projects) : image => "${var.foundation.prefix}-image-${image}" }
  # Each build names the version of this object.
  source = "image-builds/source.zip"
}

resource "aws_cloudwatch_log_group" "this" {
  for_each = local.names

  name              = "/aws/codebuild/${var.foundation.prefix}-image-${each.key}"
  kms_key_id        = var.foundation.kms_key_arn
  retention_in_days = var.foundation.log_retention_days
}

resource "aws_codebuild_project" "this" {
  # checkov:skip=CKV_AWS_316:CodeBuild's limit: only a privileged container can run Docker
  for_each = local.projects

  name           = local.names[each.key]
  description    = "Image of the ${each.key}, pushed with the tag IMAGE_TAG"
  build_timeout  = 60
  encryption_key = var.foundation.kms_key_arn
  queued_timeout = 60
  service_role   = module.role.arn

  artifacts {
    type = "NO_ARTIFACTS"
  }

  environment {
    compute_type    = "BUILD_GENERAL1_SMALL"
    image           = each.value.image
    privileged_mode = true
    type            = each.value.type

    environment_variable {
      name  = "IMAGE"
      value = each.key
    }

    environment_variable {
      name  = "REPOSITORY"
      value = var.repositories[each.key].url
    }
  }

  logs_config {
    cloudwatch_logs {
      group_name = aws_cloudwatch_log_group.this[each.key].name
    }
  }

  source {
    type      = "S3"
    buildspec = "scripts/buildspec.yml"
    location  = "${var.foundation.bucket_name}/${local.source}"
  }
}
