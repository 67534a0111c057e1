variable "foundation" {
  description = "Output of modules/foundation: the attributes used here"
  type = object({
    account_id               = string
    arns                     = map(string)
    bucket_arn               = string
    bucket_name              = string
    kms_key_arn              = string
    log_retention_days       = number
    permissions_boundary_arn = optional(string)
    prefix                   = string
    region                   = string
  })
  nullable = false
}

variable "repositories" {
  description = "ECR repositories by short name (forecaster, poller), those whose image is built: arn and url"
  type        = map(object({ arn = string, url = string }))
  nullable    = false
}
