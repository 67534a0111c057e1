variable "cidr" {
  description = "IPv4 range of the VPC"
  type        = string
  default     = "10.90.0.0/24"
  nullable    = false

  validation {
    condition     = can(cidrnetmask(var.cidr))
    error_message = "cidr: expected an IPv4 range such as 10.90.0.0/24."
  }
}

variable "egress_ports" {
  description = "TCP ports that the task may connect to"
  type        = set(number)
  nullable    = false
}

variable "prefix" {
  description = "Prefix of all resource names"
  type        = string
  nullable    = false
}
