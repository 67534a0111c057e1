output "name" {
  description = "Name of the parameter"
  value       = aws_ssm_parameter.this.name
}

output "value" {
  description = "The value"
  value       = var.value
}
