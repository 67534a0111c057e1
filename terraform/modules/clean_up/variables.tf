variable "foundation" {
  description = "Output of the module foundation"
  type = object({
    account_id         = string
    artifacts_dir      = string
    bucket_name        = string
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

variable "model_package_group_name" {
  description = "Group whose versions are deleted"
  type        = string
  nullable    = false
}

variable "model_role_arn" {
  description = "Role that endpoints run as, still needed while they are deleted"
  type        = string
  nullable    = false
}

variable "pipeline_name" {
  description = "Pipeline whose executions are stopped"
  type        = string
  nullable    = false
}
