# A minimal network for the Fargate task: two public subnets, no ingress, egress to the ports that it uses.
# There is no NAT gateway, because it would cost more than the rest of the deployment.

data "aws_region" "this" {}

data "aws_availability_zones" "this" {
  state            = "available"
  exclude_zone_ids = ["apne1-az3", "usw1-az2"] # without Fargate

  # A closed set: a zone that AWS adds must not move the subnets.
  filter {
    name   = "zone-name"
    values = [for letter in ["a", "b", "c", "d", "e", "f"] : "${data.aws_region.this.name}${letter}"]
  }

  # Without the filter, Local Zones and Wavelength Zones of the account count, and are the first by name.
  filter {
    name   = "zone-type"
    values = ["availability-zone"]
  }
}

locals {
  subnets = { for index in [0, 1] : tostring(index) => cidrsubnet(var.cidr, 1, index) }
}

resource "aws_vpc" "this" {
  # checkov:skip=CKV2_AWS_11:cost: flow logs are billed by volume, and the only task has no ingress
  cidr_block           = var.cidr
  enable_dns_hostnames = true
  tags                 = { Name = var.prefix }
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id
  tags   = { Name = var.prefix }
}

resource "aws_subnet" "public" {
  for_each = local.subnets

  vpc_id            = aws_vpc.this.id
  availability_zone = data.aws_availability_zones.this.names[tonumber(each.key)]
  cidr_block        = each.value
  tags              = { Name = "${var.prefix}-${each.key}" }
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.this.id
  tags   = { Name = var.prefix }

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.this.id
  }
}

resource "aws_route_table_association" "public" {
  for_each = aws_subnet.public

  subnet_id      = each.value.id
  route_table_id = aws_route_table.public.id
}

# Without rules: nothing that is started without a security group of its own can connect or be reached.
resource "aws_default_security_group" "this" {
  vpc_id  = aws_vpc.this.id
  ingress = []
  egress  = []
  tags    = { Name = "${var.prefix}-default" }
}

resource "aws_security_group" "outbound" {
  # checkov:skip=CKV2_AWS_5:checkov's limit: the service in modules/poll has it, by a variable that may also name other groups
  name        = "${var.prefix}-outbound"
  description = "Egress to AWS and the source, no ingress"
  vpc_id      = aws_vpc.this.id
}

resource "aws_vpc_security_group_egress_rule" "tcp" {
  for_each = { for port in var.egress_ports : tostring(port) => port }

  security_group_id = aws_security_group.outbound.id
  description       = "Source of transactions and AWS APIs"
  cidr_ipv4         = "0.0.0.0/0"
  from_port         = each.value
  to_port           = each.value
  ip_protocol       = "tcp"
}
