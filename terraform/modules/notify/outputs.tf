output "dead_letter_queues" {
  description = "Dead-letter queues: name, and whether operators may invoke the function again with its messages"
  value       = [merge(module.notifier.dead_letter_queue, { redriven = true })]
}

output "notifier_name" {
  description = "Function that writes the messages"
  value       = module.notifier.name
}

output "topic_arn" {
  description = "Topic of notifications, to which people subscribe"
  value       = aws_sns_topic.notifications.arn
}
