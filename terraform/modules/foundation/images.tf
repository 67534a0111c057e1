# Repositories of the two images, which `make images` builds and pushes.

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
