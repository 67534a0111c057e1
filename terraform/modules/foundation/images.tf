# Where the two images are kept. Terraform builds none: `make images` does.

resource "aws_ecr_repository" "this" {
  for_each = toset(["forecaster", "poller"])

  name                 = "${var.prefix}-${each.key}"
  force_delete         = true      # images are rebuilt from the source, never the only copy
  image_tag_mutability = "MUTABLE" # `make images` moves the tag

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
      description  = "the newest ten are enough to roll back"
      selection    = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = 10 }
      action       = { type = "expire" }
    }]
  })
}
