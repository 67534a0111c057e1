output "services" {
  description = "Services that can be reached: the name of each endpoint's service without com.amazonaws and region"
  value       = sort(concat(keys(local.interface_services), keys(local.gateway_services)))
}

# Nothing is started in the subnets before it can reach AWS, nor after.
output "vpc_config" {
  description = "Subnets and security group of functions, jobs and endpoints; interface_arns: what a role needs to create a network interface there. Available only after the endpoints"
  value = {
    interface_arns = concat(
      ["${local.ec2_arn}:network-interface/*", "${local.ec2_arn}:security-group/${aws_security_group.workload.id}"],
      [for id in var.network.subnet_ids : "${local.ec2_arn}:subnet/${id}"],
    )
    security_group_ids = [aws_security_group.workload.id]
    subnet_ids         = var.network.subnet_ids
  }
  depends_on = [
    aws_vpc_endpoint.gateway,
    aws_vpc_endpoint.interface,
    aws_vpc_security_group_egress_rule.gateway,
    aws_vpc_security_group_egress_rule.interface,
    aws_vpc_security_group_ingress_rule.endpoints,
  ]
}
