# One group for what runs in the subnets, one for the network interfaces of the endpoints.

data "aws_ec2_managed_prefix_list" "gateway" {
  for_each = local.gateway_services

  name = "com.amazonaws.${local.region}.${each.key}"
}

resource "aws_security_group" "workload" {
  # checkov:skip=CKV2_AWS_5:checkov's limit: the functions of other modules have it, by the output vpc_config
  name        = "${var.prefix}-private"
  description = "Functions, jobs and endpoints: egress to VPC endpoints, no ingress"
  vpc_id      = var.network.vpc_id
}

resource "aws_security_group" "endpoints" {
  name        = "${var.prefix}-vpc-endpoints"
  description = "VPC endpoints: ingress from functions, jobs and endpoints"
  vpc_id      = var.network.vpc_id
}

resource "aws_vpc_security_group_egress_rule" "interface" {
  for_each = local.endpoint_group_ids

  security_group_id            = aws_security_group.workload.id
  description                  = "VPC endpoints of AWS services"
  referenced_security_group_id = each.value
  from_port                    = 443
  to_port                      = 443
  ip_protocol                  = "tcp"
}

resource "aws_vpc_security_group_egress_rule" "gateway" {
  for_each = local.gateway_services

  security_group_id = aws_security_group.workload.id
  description       = "Gateway endpoint of ${each.key}"
  prefix_list_id    = data.aws_ec2_managed_prefix_list.gateway[each.key].id
  from_port         = 443
  to_port           = 443
  ip_protocol       = "tcp"
}

resource "aws_vpc_security_group_ingress_rule" "endpoints" {
  security_group_id            = aws_security_group.endpoints.id
  description                  = "Functions, jobs and endpoints"
  referenced_security_group_id = aws_security_group.workload.id
  from_port                    = 443
  to_port                      = 443
  ip_protocol                  = "tcp"
}
