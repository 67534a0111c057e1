variable "endpoint_names" {
  description = "Endpoints by stage"
  type        = map(string)
  nullable    = false
}

variable "endpoint_variants" {
  description = "Production variants of the endpoints"
  type        = list(string)
  default     = ["AllTraffic"]
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
    permissions_boundary_arn = optional(string)
    prefix                   = string
    undelivered_queue_arn    = string
  })
  nullable = false
}

variable "offline_stores" {
  description = "Offline stores by name of the feature group, without the prefix: columns with their types in Hive, and URI of the Parquet files"
  type = map(object({
    columns = list(object({ name = string, type = string }))
    uri     = string
  }))
  nullable = false
}

variable "scan_limit_gb" {
  description = "Gigabytes that one query may scan on AWS"
  type        = number
  default     = 10
  nullable    = false

  validation {
    condition     = var.scan_limit_gb >= 0.01
    error_message = "scan_limit_gb: expected at least 0.01, the least that Athena accepts."
  }
}
