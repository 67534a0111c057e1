variable "kms_key_arn" {
  description = "Key of the deployment"
  type        = string
  nullable    = false
}

variable "sid" {
  description = "Name of the statement: GrantKeyTo..."
  type        = string
  nullable    = false
}
