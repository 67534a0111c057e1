mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  egress_ports = [443, 8443]
  prefix       = "test"
}

run "no_ingress_and_only_necessary_egress" {
  command = plan

  assert {
    condition     = sort([for r in aws_vpc_security_group_egress_rule.tcp : "${r.ip_protocol} ${r.from_port}-${r.to_port}"]) == tolist(["tcp 443-443", "tcp 8443-8443"])
    error_message = "Only the ports of AWS and the source are allowed."
  }

  assert {
    condition     = length(aws_subnet.public) == 2 && length(distinct([for s in aws_subnet.public : s.availability_zone])) == 2
    error_message = "The subnets are in two Availability Zones."
  }

  assert {
    condition     = [for f in data.aws_availability_zones.this.filter : f.values if f.name == "zone-type"] == [toset(["availability-zone"])]
    error_message = "Local Zones, which do not have Fargate, are left out."
  }

  assert {
    condition     = [for f in data.aws_availability_zones.this.filter : f.values if f.name == "zone-name"] == [toset([for letter in ["a", "b", "c", "d", "e", "f"] : "eu-west-1${letter}"])]
    error_message = "A new zone does not move the subnets."
  }

  assert {
    condition     = length(aws_default_security_group.this.ingress) == 0 && length(aws_default_security_group.this.egress) == 0
    error_message = "The default security group allows nothing."
  }

  assert {
    condition     = length(distinct([for s in aws_subnet.public : s.cidr_block])) == 2
    error_message = "The subnets do not overlap."
  }

  assert {
    condition     = one(aws_route_table.public.route).cidr_block == "0.0.0.0/0"
    error_message = "The subnets reach the internet without a NAT gateway."
  }
}

run "cidr_must_be_a_range" {
  command = plan

  variables {
    cidr = "10.0.0.0"
  }

  expect_failures = [var.cidr]
}
