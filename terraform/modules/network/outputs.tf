output "security_group_ids" {
  description = "Security group that lets HTTPS out"
  value       = [aws_security_group.outbound.id]
}

output "subnet_ids" {
  description = "Public subnets, in two zones"
  value       = [for subnet in aws_subnet.public : subnet.id]
}
