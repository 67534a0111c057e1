output "dead_letter_queues" {
  description = "Dead-letter queues: name, and whether operators may invoke the function again with its messages"
  value       = [module.retrain_trigger.dead_letter_queue]
}

output "retrain_function_name" {
  description = "Function that `evergreen retrain` invokes"
  value       = module.retrain_trigger.name
}

output "schedule_names" {
  description = "Rules that `evergreen pause` disables"
  value       = module.retrain_trigger.schedule_names
}
