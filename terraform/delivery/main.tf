# Who plans and applies a deployment: two roles, for GitHub Actions and for a pipeline on AWS. A root of its own, because a
# role cannot create itself, and nothing here may be changed by who applies.

data "aws_caller_identity" "this" {}

data "aws_partition" "this" {}

data "aws_region" "this" {}

locals {
  account_id = data.aws_caller_identity.this.account_id
  partition  = data.aws_partition.this.partition
  region     = data.aws_region.this.name

  # Outside of the names that the deployer's policies allow: PREFIX and PREFIX-*.
  name  = "delivery-${var.prefix}"
  roles = { for kind in ["apply", "plan"] : kind => "${local.name}-${kind}" }

  # docs/deploy.md explains these documents, which are tested by deployments with exactly them.
  deployer = { for file in fileset("${path.root}/../../docs/deployer", "*.json") : trimsuffix(file, ".json") =>
    jsondecode(replace(replace(replace(replace(file("${path.root}/../../docs/deployer/${file}"),
    "ACCOUNT", local.account_id), "REGION", local.region), "PREFIX", var.prefix), "DATABASE", replace(var.prefix, "-", "_"))).Statement
  }

  # What reads. Terraform decrypts parameters and reads objects while it plans; validation changes nothing.
  reads = "^[a-z0-9-]+:(BatchGet|Describe|Get|GET$|Head|List|Validate)|^kms:Decrypt$"
  reader = { for name, statements in local.deployer : name => [
    for statement in statements : merge(statement, { Action = [for action in flatten([statement.Action]) : action if can(regex(local.reads, action))] })
    if anytrue([for action in flatten([statement.Action]) : can(regex(local.reads, action))])
  ] }

  policies = merge([for kind, documents in { apply = local.deployer, plan = local.reader } : {
    for name, statements in documents : "${kind}-${name}" => { kind = kind, statements = statements } if length(statements) > 0
  }]...)
}

data "aws_iam_policy_document" "trust" {
  for_each = local.roles

  dynamic "statement" {
    for_each = { for github in var.github[*] : "GitHub" => github }

    content {
      sid     = statement.key
      actions = ["sts:AssumeRoleWithWebIdentity"]

      principals {
        type        = "Federated"
        identifiers = ["arn:${local.partition}:iam::${local.account_id}:oidc-provider/${local.issuer}"]
      }

      condition {
        test     = "StringEquals"
        variable = "${local.issuer}:aud"
        values   = ["sts.amazonaws.com"]
      }

      # The environment decides: GitHub gives this subject only to its jobs, after its reviewers have approved.
      condition {
        test     = "StringEquals"
        variable = "${local.issuer}:sub"
        values   = ["repo:${statement.value.repository}:environment:${each.key == "apply" ? statement.value.apply_environment : statement.value.plan_environment}"]
      }
    }
  }

  dynamic "statement" {
    for_each = { for pipeline in var.pipeline[*] : "CodeBuild" => pipeline }

    content {
      sid     = statement.key
      actions = ["sts:AssumeRole"]

      principals {
        type        = "Service"
        identifiers = ["codebuild.amazonaws.com"]
      }

      condition {
        test     = "ArnEquals"
        variable = "aws:SourceArn"
        values   = ["arn:${local.partition}:codebuild:${local.region}:${local.account_id}:project/${local.name}-${each.key}"]
      }
    }
  }
}

resource "aws_iam_role" "this" {
  for_each = local.roles

  name                 = each.value
  description          = each.key == "apply" ? "Deploys ${var.prefix} after an approval" : "Plans ${var.prefix}: reads, and changes nothing"
  assume_role_policy   = data.aws_iam_policy_document.trust[each.key].json
  max_session_duration = 7200 # a deployment with both images takes longer than an hour where one is emulated
  permissions_boundary = var.permissions_boundary_arn

  lifecycle {
    precondition {
      condition     = var.github != null || var.pipeline != null
      error_message = "github, pipeline: got neither, expected one of them: who uses the roles."
    }
  }
}

resource "aws_iam_policy" "this" {
  for_each = local.policies

  name        = "${local.name}-${each.key}"
  description = "docs/deployer/${trimprefix(each.key, "${each.value.kind}-")}.json${each.value.kind == "plan" ? ", only what reads" : ""}"
  policy      = jsonencode({ Version = "2012-10-17", Statement = each.value.statements })
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each = local.policies

  role       = aws_iam_role.this[each.value.kind].name
  policy_arn = aws_iam_policy.this[each.key].arn
}
