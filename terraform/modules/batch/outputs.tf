output "dead_letter_queues" {
  description = "Dead-letter queues: name, and whether operators may invoke the function again with its messages"
  value       = [module.batch_starter.dead_letter_queue]
}

output "pipeline_name" {
  description = "The batch pipeline"
  value       = aws_sagemaker_pipeline.this.pipeline_name
}

output "schedule_names" {
  description = "Rules that `evergreen pause` disables"
  value       = module.batch_starter.schedule_names
}

output "starter_name" {
  description = "Name of the function that starts a run"
  value       = module.batch_starter.name
}
