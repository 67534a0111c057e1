# Versions of the staging account -> the registry of this account, whose deployment serves them.

locals {
  arns = {
    bucket   = "arn:${var.foundation.partition}:s3:::${local.their_bucket}"
    keys     = "arn:${var.foundation.partition}:kms:${var.foundation.region}:${var.account}:key/*"
    packages = "arn:${var.foundation.partition}:sagemaker:${var.foundation.region}:${var.account}:model-package/${var.model_package_group_name}"
  }
  # The same prefix and region: the names of the other account follow from its number.
  their_bucket = "${var.foundation.prefix}-${var.account}-${var.foundation.region}"
  our_packages = "${var.foundation.arns.sagemaker}:model-package/${var.model_package_group_name}/*"
}

module "version_importer" {
  source = "../lambda_function"

  name              = "version_importer"
  description       = "Version promoted by the staging account -> copy in this account's registry"
  function_defaults = var.function_defaults
  policy            = data.aws_iam_policy_document.version_importer.json
  memory_mb         = 512
  timeout_seconds   = 900

  environment = {
    BUCKET                   = var.foundation.bucket_name
    EVENT_BUS_NAME           = var.foundation.bus_name
    IMAGE_REPOSITORY         = var.repository.url
    MAXIMUM_MB               = "400" # of a file: a function has 512 MB of disk
    MODEL_PACKAGE_GROUP_NAME = var.model_package_group_name
    SOURCE_BUCKET            = local.their_bucket
    SOURCE_PACKAGES          = local.arns.packages
  }

  triggers = {
    promoted = {
      description    = "Version promoted by account ${var.account} -> version_importer"
      event_bus_name = var.foundation.bus_name
      event_pattern  = var.promoted_pattern
    }
  }
}
