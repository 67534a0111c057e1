# Repositories of the two images, which `make images` builds and pushes, and of AWS's image of DeepAR.

locals {
  # Where the provider knows the account of the image: in other regions its data source fails.
  deepar_regions = [
    "af-south-1", "ap-east-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-south-2",
    "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ca-central-1", "ca-west-1", "cn-north-1",
    "cn-northwest-1", "eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2",
    "eu-west-3", "il-central-1", "me-central-1", "me-south-1", "sa-east-1", "us-east-1", "us-east-2", "us-gov-east-1",
    "us-gov-west-1", "us-west-1", "us-west-2",
  ]
  # One account of AWS per region: a repository of this name in any other account is not Amazon's. Also with our own image,
  # because versions that were trained with this one may still serve.
  deepar_repository_arns = [
    for image in data.aws_sagemaker_prebuilt_ecr_image.deepar :
    "arn:${local.partition}:ecr:${local.region}:${image.registry_id}:repository/forecasting-deepar"
  ]
}

data "aws_sagemaker_prebuilt_ecr_image" "deepar" {
  for_each = setintersection(local.deepar_regions, [local.region])

  repository_name = "forecasting-deepar"
  region          = each.key
}

resource "aws_ecr_repository" "this" {
  for_each = toset(["forecaster", "poller"])

  name                 = "${var.prefix}-${each.key}"
  force_delete         = true # images can be rebuilt from the source
  image_tag_mutability = "IMMUTABLE"

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = aws_kms_key.this.arn
  }

  image_scanning_configuration {
    scan_on_push = true
  }
}

resource "aws_ecr_lifecycle_policy" "this" {
  for_each = aws_ecr_repository.this

  repository = each.value.name
  policy = jsonencode({
    rules = [{
      rulePriority = 1
      description  = "keep the newest ten for rollbacks"
      selection    = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = 10 }
      action       = { type = "expire" }
    }]
  })
}
