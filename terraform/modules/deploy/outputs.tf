output "endpoint_names" {
  description = "Endpoints by stage"
  value       = { for stage, _ in local.endpoint_arns : stage => "${var.foundation.prefix}-${stage}" }
}

output "state_machine_arn" {
  description = "State machine that deploys approved versions"
  value       = aws_sfn_state_machine.this.arn
  depends_on  = [aws_lambda_invocation.at_destroy]
}
