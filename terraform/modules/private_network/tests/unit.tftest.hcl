mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  network = {
    existing_endpoints = {}
    route_table_ids    = ["rtb-1"]
    subnet_ids         = ["subnet-1", "subnet-2"]
    vpc_id             = "vpc-1"
  }
  prefix      = "test"
  autoscaling = false
  streaming   = false
}

run "every_service_has_an_endpoint_in_every_subnet" {
  command = plan

  assert {
    condition     = output.services == tolist(["events", "monitoring", "s3", "sagemaker.api", "sagemaker.featurestore-runtime", "sagemaker.runtime", "sns", "ssm", "states", "xray"])
    error_message = "The services that functions, jobs and endpoints call."
  }

  assert {
    condition     = sort([for e in concat(values(aws_vpc_endpoint.interface), values(aws_vpc_endpoint.gateway)) : e.service_name]) == sort([for s in output.services : "com.amazonaws.eu-west-1.${s}"])
    error_message = "Each has an endpoint."
  }

  assert {
    condition     = alltrue([for e in aws_vpc_endpoint.interface : e.private_dns_enabled && toset(e.subnet_ids) == toset(var.network.subnet_ids) && e.vpc_id == "vpc-1"])
    error_message = "The usual host names lead to the endpoints, in every zone."
  }

  assert {
    condition     = toset(aws_vpc_endpoint.gateway["s3"].route_table_ids) == toset(["rtb-1"])
    error_message = "The subnets have a route to S3."
  }
}

run "endpoints_are_limited_to_this_account" {
  command = plan

  assert {
    condition     = alltrue([for d in data.aws_iam_policy_document.endpoint : { for c in d.statement[0].condition : c.variable => tolist(c.values) } == { "aws:PrincipalAccount" = tolist(["123456789012"]), "aws:ResourceAccount" = tolist(["123456789012"]) }])
    error_message = "Callers and resources are those of this account."
  }

  assert {
    condition     = data.aws_iam_policy_document.endpoint["monitoring"].statement[0].actions == toset(["cloudwatch:*"]) && data.aws_iam_policy_document.endpoint["sagemaker.api"].statement[0].actions == toset(["iam:PassRole", "sagemaker:*"])
    error_message = "Actions have the prefix of IAM, not the name of the endpoint."
  }

  assert {
    condition     = alltrue([for key, d in data.aws_iam_policy_document.endpoint : length(d.statement) == 1])
    error_message = "There is no other statement."
  }
}

run "only_egress_to_the_endpoints" {
  command = plan

  assert {
    condition     = alltrue([for r in concat(values(aws_vpc_security_group_egress_rule.interface), values(aws_vpc_security_group_egress_rule.gateway), [aws_vpc_security_group_ingress_rule.endpoints]) : r.from_port == 443 && r.to_port == 443 && r.ip_protocol == "tcp" && r.cidr_ipv4 == null && r.cidr_ipv6 == null])
    error_message = "TCP port 443, to groups and prefix lists."
  }

  assert {
    condition     = keys(aws_vpc_security_group_egress_rule.interface) == ["own"] && keys(aws_vpc_security_group_egress_rule.gateway) == ["s3"]
    error_message = "Own endpoints and S3."
  }
}

run "endpoints_that_exist_are_not_created_again" {
  command = plan

  variables {
    network = {
      existing_endpoints = { s3 = "", ssm = "sg-ssm" }
      route_table_ids    = []
      subnet_ids         = ["subnet-1"]
      vpc_id             = "vpc-1"
    }
  }

  assert {
    condition     = !contains(keys(aws_vpc_endpoint.interface), "ssm") && length(aws_vpc_endpoint.gateway) == 0
    error_message = "A second endpoint with the same host name, or the same route, would be refused."
  }

  assert {
    condition     = aws_vpc_security_group_egress_rule.interface["ssm"].referenced_security_group_id == "sg-ssm" && contains(output.services, "ssm")
    error_message = "Their security groups can be reached."
  }
}

run "streaming_job_needs_kinesis" {
  command = plan

  variables {
    streaming = true
  }

  assert {
    condition     = contains(keys(aws_vpc_endpoint.interface), "kinesis-streams") && data.aws_iam_policy_document.endpoint["kinesis-streams"].statement[0].actions == toset(["kinesis:*"])
    error_message = "The streaming job reads and writes streams."
  }
}

run "subnets_without_a_route_to_s3_are_refused" {
  command = plan

  variables {
    network = { existing_endpoints = {}, route_table_ids = [], subnet_ids = ["subnet-1"], vpc_id = "vpc-1" }
  }

  expect_failures = [var.network]
}

run "repeated_subnets_are_refused" {
  command = plan

  variables {
    network = { existing_endpoints = {}, route_table_ids = ["rtb-1"], subnet_ids = ["subnet-1", "subnet-1"], vpc_id = "vpc-1" }
  }

  expect_failures = [var.network]
}

run "existing_endpoint_without_its_group_is_refused" {
  command = plan

  variables {
    network = { existing_endpoints = { ssm = "" }, route_table_ids = ["rtb-1"], subnet_ids = ["subnet-1"], vpc_id = "vpc-1" }
  }

  expect_failures = [var.network]
}

run "scaling_has_its_endpoint" {
  command = plan

  variables {
    autoscaling = true
  }

  assert {
    condition     = contains(keys(aws_vpc_endpoint.interface), "application-autoscaling")
    error_message = "The deployer registers the endpoint."
  }
}

run "registry_and_bucket_of_the_account_that_promotes_can_be_reached" {
  command = plan

  variables {
    promoted_from = "210987654321"
  }

  assert {
    condition     = toset([for key, d in data.aws_iam_policy_document.endpoint : key if anytrue([for c in d.statement[0].condition : contains(c.values, "210987654321")])]) == toset(["s3", "sagemaker.api"])
    error_message = "Other services reach this account only."
  }

  assert {
    condition     = alltrue([for d in data.aws_iam_policy_document.endpoint : { for c in d.statement[0].condition : c.variable => tolist(c.values) }["aws:PrincipalAccount"] == tolist(["123456789012"])])
    error_message = "Callers are always those of this account."
  }
}
