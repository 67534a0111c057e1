variable "foundation" {
  description = "Output of modules/foundation: the attributes used here"
  type = object({
    account_id               = string
    bucket_arn               = string
    bucket_name              = string
    kms_key_arn              = string
    permissions_boundary_arn = optional(string)
    prefix                   = string
  })
  nullable = false
}

variable "size" {
  description = "Size of the server: Small, Medium or Large"
  type        = string
  nullable    = false

  validation {
    condition     = contains(["Small", "Medium", "Large"], var.size)
    error_message = "size: expected Small, Medium or Large."
  }
}
