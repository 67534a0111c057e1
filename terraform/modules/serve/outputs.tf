output "api" {
  description = "Names that the evergreen command reads: endpoint, ids of API and key, stage"
  value = {
    endpoint = var.endpoint_name
    id       = aws_api_gateway_rest_api.this.id
    key_id   = aws_api_gateway_api_key.this.id
    stage    = aws_api_gateway_stage.this.stage_name
  }
}

output "dead_letter_queues" {
  description = "Dead-letter queues: name, and whether operators may invoke the function again with its messages"
  value       = concat([module.function.dead_letter_queue], module.release.dead_letter_queues)
}

output "invoke_url" {
  description = "Base URL of the routes"
  value       = aws_api_gateway_stage.this.invoke_url
}

output "name" {
  description = "Name of the API"
  value       = local.name
}
