output "dead_letter_queues" {
  description = "Dead-letter queues: name, and whether operators may invoke the function again with its messages"
  value       = [module.monitoring_job_starter.dead_letter_queue]
}

output "schedule_names" {
  description = "Rules that `evergreen pause` disables"
  value       = module.monitoring_job_starter.schedule_names
}

output "starter_name" {
  description = "Name of the function that starts a job"
  value       = module.monitoring_job_starter.name
}
