# Security group and VPC endpoints with which functions, jobs, endpoints and the streaming job reach AWS from existing subnets.

data "aws_caller_identity" "this" {}

data "aws_partition" "this" {}

data "aws_region" "this" {}

locals {
  account_id = data.aws_caller_identity.this.account_id
  region     = data.aws_region.this.name
  ec2_arn    = "arn:${data.aws_partition.this.partition}:ec2:${local.region}:${local.account_id}"

  # Every service that code in the subnets calls, with the actions that its endpoint passes on. Images, logs and keys are
  # used by the services themselves, outside of these subnets.
  interface_services = merge(
    {
      events                           = ["events:*"]
      monitoring                       = ["cloudwatch:*"]
      "sagemaker.api"                  = ["iam:PassRole", "sagemaker:*"]
      "sagemaker.featurestore-runtime" = ["sagemaker:*"]
      "sagemaker.runtime"              = ["sagemaker:*"]
      sns                              = ["sns:*"]
      ssm                              = ["ssm:*"]
      states                           = ["states:*"]
      xray                             = ["xray:*"]
    },
    var.api ? { codedeploy = ["codedeploy:*"], lambda = ["lambda:*"] } : {},
    var.autoscaling ? { "application-autoscaling" = ["application-autoscaling:*"] } : {},
    var.streaming ? { "kinesis-streams" = ["kinesis:*"] } : {},
  )
  gateway_services = { s3 = ["s3:*"] }

  # With which versions of another account are imported; its policies and the importer's role limit the requests.
  import_services = ["s3", "sagemaker.api"]

  existing           = var.network.existing_endpoints
  interface_created  = { for service, actions in local.interface_services : service => actions if !contains(keys(local.existing), service) }
  gateway_created    = { for service, actions in local.gateway_services : service => actions if !contains(keys(local.existing), service) }
  endpoint_group_ids = merge({ own = aws_security_group.endpoints.id }, { for service, id in local.existing : service => id if id != "" })
}

# Callers and resources of other accounts are refused, also with stolen credentials of theirs.
data "aws_iam_policy_document" "endpoint" {
  for_each = merge(local.interface_created, local.gateway_created)

  statement {
    sid       = "ThisAccount"
    actions   = each.value
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["*"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:PrincipalAccount"
      values   = [local.account_id]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceAccount"
      values   = concat([local.account_id], contains(local.import_services, each.key) ? var.promoted_from[*] : [])
    }
  }
}

resource "aws_vpc_endpoint" "interface" {
  for_each = local.interface_created

  vpc_id              = var.network.vpc_id
  vpc_endpoint_type   = "Interface"
  service_name        = "com.amazonaws.${local.region}.${each.key}"
  subnet_ids          = var.network.subnet_ids
  security_group_ids  = [aws_security_group.endpoints.id]
  private_dns_enabled = true # the usual host names lead to the endpoint
  policy              = data.aws_iam_policy_document.endpoint[each.key].json
  tags                = { Name = "${var.prefix}-${each.key}" }
}

resource "aws_vpc_endpoint" "gateway" {
  for_each = local.gateway_created

  vpc_id            = var.network.vpc_id
  vpc_endpoint_type = "Gateway"
  service_name      = "com.amazonaws.${local.region}.${each.key}"
  route_table_ids   = var.network.route_table_ids
  policy            = data.aws_iam_policy_document.endpoint[each.key].json
  tags              = { Name = "${var.prefix}-${each.key}" }
}
