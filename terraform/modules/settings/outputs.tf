output "names" {
  description = "Names of the parameters, by name of the setting"
  value       = { for key, parameter in aws_ssm_parameter.this : key => parameter.name }
}

output "values" {
  description = "Values that an apply writes, by name of the parameter"
  value       = { for key, parameter in aws_ssm_parameter.this : parameter.name => var.settings[key].value }
}
