variable "cidr" {
  description = "Address range of the network"
  type        = string
  default     = "10.90.0.0/24"
  nullable    = false

  validation {
    condition     = can(cidrnetmask(var.cidr))
    error_message = "cidr is an IPv4 range such as 10.90.0.0/24."
  }
}

variable "prefix" {
  description = "Start of every name"
  type        = string
  nullable    = false
}
