variable "feature_groups" {
  description = "Feature groups to write, starting with v1: arn, computed features, and name"
  type        = list(object({ arn = string, features = list(string), name = string }))
  nullable    = false

  validation {
    condition     = alltrue([for group in var.feature_groups : length(setsubtract(group.features, ["avg_fee_1min", "total_fee_1min", "total_nb_trx_1min"])) == 0])
    error_message = "feature_groups: the streaming job computes only total_nb_trx_1min, total_fee_1min and avg_fee_1min; other features require engine lambda."
  }
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
    permissions_boundary_arn = optional(string)
    prefix                   = string
    region                   = string
    runbook_url              = string
    topic_arn                = string
    undelivered_queue_arn    = string
    vpc_config               = optional(object({ interface_arns = list(string), security_group_ids = list(string), subnet_ids = list(string) }))
  })
  nullable = false
}

variable "function_defaults" {
  description = "Output of modules/foundation, passed on to modules/lambda_function"
  type        = any
  nullable    = false
}

variable "job" {
  description = "How long the job waits for late transactions (watermark delay plus allowed lateness), and its size"
  type = object({
    allowed_lateness_minutes = optional(number, 15)
    parallelism              = optional(number, 1)
    shards                   = optional(number, 1)
    watermark_delay_seconds  = optional(number, 60)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for limit in [var.job.allowed_lateness_minutes, var.job.watermark_delay_seconds] : limit >= 0 && limit <= 90 && floor(limit) == limit])
    error_message = "job.allowed_lateness_minutes, job.watermark_delay_seconds: expected integers from 0 to 90."
  }

  validation {
    condition     = var.job.parallelism >= 1 && var.job.shards >= 1
    error_message = "job.parallelism, job.shards: expected at least 1."
  }
}

variable "package" {
  description = "Zip that `make flink-package` builds"
  type        = string
  nullable    = false
}
