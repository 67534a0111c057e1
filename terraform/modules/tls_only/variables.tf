variable "actions" {
  description = "Actions that need TLS: all that the resource's policy can deny"
  type        = list(string)
  nullable    = false
}

variable "resources" {
  description = "ARNs of the resource"
  type        = list(string)
  nullable    = false
}
