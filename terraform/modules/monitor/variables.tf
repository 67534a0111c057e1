variable "decision_log_group" {
  description = "Log group of the decision log, for the dashboard"
  type        = string
  nullable    = false
}

variable "feature_group" {
  description = "Where the truth is: name and arn"
  type        = object({ arn = string, name = string })
  nullable    = false
}

variable "forecast_environment" {
  description = "Settings that say which minutes a forecast reads and covers"
  type        = map(string)
  nullable    = false
}

variable "foundation" {
  description = "Output of the module foundation"
  type = object({
    account_id         = string
    artifacts_dir      = string
    bucket_arn         = string
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
