variable "approval_policy" {
  description = "manual: a person approves; automatic: the loop does"
  type        = string
  nullable    = false

  validation {
    condition     = contains(["automatic", "manual"], var.approval_policy)
    error_message = "approval_policy is manual or automatic."
  }
}

variable "foundation" {
  description = "Output of the module foundation"
  type = object({
    account_id         = string
    artifacts_dir      = string
    bucket_name        = string
    bucket_arn         = string
    bus_name           = string
    key_alias          = string
    kms_key_arn        = string
    log_retention_days = number
    metric_namespace   = string
    partition          = string
    prefix             = string
    region             = string
    topic_arn          = string
  })
  nullable = false
}

variable "repository_arn" {
  description = "ECR repository of the forecaster image"
  type        = string
  nullable    = false
}
