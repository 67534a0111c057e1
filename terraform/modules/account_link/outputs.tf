output "accepted_pattern" {
  description = "Event pattern (JSON) of what the other account sends, for the rules of this bus"
  value       = jsonencode(local.accepted_pattern)
}
