output "dead_letter_queues" {
  description = "Dead-letter queues: name, and whether operators may invoke the function again with its messages"
  value       = [module.bake_judge.dead_letter_queue, module.bake_starter.dead_letter_queue]
}

output "job_name_prefix" {
  description = "Beginning of the names of the jobs"
  value       = local.job_name_prefix
}
