variable "description" {
  description = "What the value is, and who reads it"
  type        = string
  nullable    = false
}

variable "name" {
  description = "Name of the parameter, with the leading slash"
  type        = string
  nullable    = false

  validation {
    condition     = startswith(var.name, "/")
    error_message = "name: expected a path, such as /evergreen/outputs."
  }
}

variable "tier" {
  description = "Standard (up to 4 KB) or Intelligent-Tiering"
  type        = string
  default     = "Standard"
  nullable    = false
}

variable "value" {
  description = "The value, which must be no secret"
  type        = string
  nullable    = false
}
