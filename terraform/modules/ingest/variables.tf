variable "engine" {
  description = "lambda: every raw object is aggregated; flink: only objects of a backfill are"
  type        = string
  default     = "lambda"
  nullable    = false
}

variable "feature_groups" {
  description = "Feature groups to write, starting with v1: arn, computed features, and name"
  type        = list(object({ arn = string, features = list(string), name = string }))
  nullable    = false
}

variable "foundation" {
  description = "Output of modules/foundation: the attributes used here"
  type = object({
    account_id               = string
    arns                     = map(string)
    bucket_arn               = string
    bucket_name              = string
    bus_name                 = string
    kms_key_arn              = string
    log_retention_days       = number
    metric_namespace         = string
    permissions_boundary_arn = optional(string)
    prefix                   = string
    region                   = string
    runbook_url              = string
    topic_arn                = string
    undelivered_queue_arn    = string
  })
  nullable = false
}

variable "function_defaults" {
  description = "Output of modules/foundation, passed on to modules/lambda_function"
  type        = any
  nullable    = false
}

variable "silence_period" {
  description = "Seconds; twice as long without rows raises an alarm. A multiple of 900, as the zeros come every 15 minutes"
  type        = number
  nullable    = false

  validation {
    condition     = var.silence_period >= 900 && var.silence_period % 900 == 0
    error_message = "silence_period: got ${var.silence_period}, expected a multiple of 900."
  }
}
