output "dead_letter_queues" {
  description = "Dead-letter queues: name, and whether operators may invoke the function again with its messages"
  value       = [module.function.dead_letter_queue]
}

output "schedule_names" {
  description = "Rules that a paused loop disables"
  value       = module.function.schedule_names
}
