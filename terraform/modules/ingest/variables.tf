variable "engine" {
  description = "lambda: every raw object becomes rows; flink: the archive is kept, and only what is handed over becomes rows"
  type        = string
  default     = "lambda"
  nullable    = false
}

variable "feature_groups" {
  description = "Where the rows go, the first version first: arn, the features that are computed, and name"
  type        = list(object({ arn = string, features = list(string), name = string }))
  nullable    = false
}

variable "foundation" {
  description = "Output of the module foundation"
  type = object({
    account_id            = string
    artifacts_dir         = string
    bucket_arn            = string
    bucket_name           = string
    bus_name              = string
    key_alias             = string
    kms_key_arn           = string
    log_retention_days    = number
    metric_namespace      = string
    partition             = string
    prefix                = string
    region                = string
    topic_arn             = string
    undelivered_queue_arn = string
  })
  nullable = false
}
