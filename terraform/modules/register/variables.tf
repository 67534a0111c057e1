variable "approval_policy" {
  description = "Approval of new versions: manual (by a person) or automatic"
  type        = string
  nullable    = false

  validation {
    condition     = contains(["automatic", "manual"], var.approval_policy)
    error_message = "approval_policy: expected manual or automatic."
  }
}

variable "foundation" {
  description = "Output of modules/foundation: the attributes used here"
  type = object({
    account_id               = string
    arns                     = map(string)
    bucket_arn               = string
    bus_name                 = string
    deepar_repository_arns   = list(string)
    event_policies           = map(string)
    kms_key_arn              = string
    log_retention_days       = number
    permissions_boundary_arn = optional(string)
    prefix                   = string
    version_reader           = optional(object({ account_arn = string, role_arn = string }))
    vpc_config               = optional(object({ interface_arns = list(string), security_group_ids = list(string), subnet_ids = list(string) }))
  })
  nullable = false
}

variable "function_defaults" {
  description = "Output of modules/foundation, passed on to modules/lambda_function"
  type        = any
  nullable    = false
}

variable "repository_arn" {
  description = "ECR repository of the forecaster image"
  type        = string
  nullable    = false
}
