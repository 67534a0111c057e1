# Who may create roles could give one more permissions than it has itself, unless each has a boundary.

data "aws_iam_policy_document" "boundary" {
  for_each = { for arn in var.deployment_boundary_arn[*] : "own" => arn }

  statement {
    sid       = "OnlyRolesWithBoundary"
    effect    = "Deny"
    actions   = ["iam:AttachRolePolicy", "iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"]
    resources = ["*"]

    condition {
      test     = "StringNotEquals"
      variable = "iam:PermissionsBoundary"
      values   = [each.value]
    }
  }

  statement {
    sid       = "BoundaryStays"
    effect    = "Deny"
    actions   = ["iam:DeleteRolePermissionsBoundary"]
    resources = ["*"]
  }

  statement {
    sid       = "BoundaryDoesNotChange"
    effect    = "Deny"
    actions   = ["iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:SetDefaultPolicyVersion"]
    resources = [each.value]
  }
}

resource "aws_iam_role_policy" "boundary" {
  for_each = data.aws_iam_policy_document.boundary

  name   = "boundary"
  role   = aws_iam_role.this["apply"].name
  policy = each.value.json
}
