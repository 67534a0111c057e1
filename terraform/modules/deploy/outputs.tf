output "dead_letter_queues" {
  description = "Dead-letter queues: name, and whether operators may invoke the function again with its messages"
  value       = concat([module.approval_requester.dead_letter_queue, module.deployment_starter.dead_letter_queue, module.endpoint_deployer.dead_letter_queue, local.smoke_test.dead_letter_queue], values(module.endpoint_scaler)[*].dead_letter_queue, values(module.production_switch)[*].dead_letter_queue)
}

output "endpoint_names" {
  description = "Endpoints by stage"
  value       = { for stage in ["production", "staging"] : stage => "${var.foundation.prefix}-${stage}" }
}

output "schedule_names" {
  description = "Rules that `evergreen pause` disables"
  value       = flatten(values(module.production_switch)[*].schedule_names)
}

output "state_machine_arn" {
  description = "State machine that deploys approved versions"
  value       = aws_sfn_state_machine.this.arn
  depends_on  = [aws_lambda_invocation.at_destroy]
}

output "variant_name" {
  description = "Variant of every endpoint"
  value       = local.variant
}
