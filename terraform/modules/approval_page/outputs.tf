output "dead_letter_queues" {
  description = "Dead-letter queues: name, and whether operators may invoke the function again with its messages"
  value       = [module.function.dead_letter_queue]
}

output "page_url" {
  description = "Address of the page, which a link completes with its token"
  value       = "${aws_api_gateway_stage.this.invoke_url}/${local.path}"
}
