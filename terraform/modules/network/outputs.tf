output "security_group_ids" {
  description = "Security group with egress to egress_ports"
  value       = [aws_security_group.outbound.id]
}

output "subnet_ids" {
  description = "Public subnets in two Availability Zones"
  value       = [for subnet in aws_subnet.public : subnet.id]
}
