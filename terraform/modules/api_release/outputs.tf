output "dead_letter_queues" {
  description = "Dead-letter queues: name, and whether operators may invoke the function again with its messages"
  value       = [module.releaser.dead_letter_queue, module.check.dead_letter_queue]
}
