output "dead_letter_queues" {
  description = "Dead-letter queues: name, and whether operators may invoke the function again with its messages"
  value       = concat([module.releaser.dead_letter_queue], [for check in module.check : check.dead_letter_queue])
}
