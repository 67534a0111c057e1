# GitHub Actions: the identity provider by which its jobs prove repository and environment.

locals {
  issuer = "token.actions.githubusercontent.com"
}

resource "aws_iam_openid_connect_provider" "github" {
  for_each = toset([for github in var.github[*] : "own" if github.create_provider])

  url            = "https://${local.issuer}"
  client_id_list = ["sts.amazonaws.com"]
}
