variable "prefix" {
  description = "First part of the names"
  type        = string
  nullable    = false
}

variable "settings" {
  description = "Settings by name, which follows the prefix"
  type = map(object({
    description = string # what the value is
    value       = string # must be no secret
  }))
  nullable = false
}
