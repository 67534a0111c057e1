variable "foundation" {
  description = "Output of modules/foundation: the attributes used here"
  type = object({
    account_id               = string
    arns                     = map(string)
    bucket_arn               = string
    bus_name                 = string
    kms_key_arn              = string
    log_retention_days       = number
    permissions_boundary_arn = optional(string)
    prefix                   = string
    undelivered_queue_arn    = string
  })
  nullable = false
}

variable "name" {
  description = "Name of the log group of delivery errors, without the prefix"
  type        = string
  nullable    = false
}

variable "role_names" {
  description = "Names of the roles of rules and of streams, without the prefix"
  type        = object({ events = string, firehose = string })
  nullable    = false
}

variable "streams" {
  description = "By top-level S3 prefix: description and event pattern (JSON) of what is archived, name of the rule without the prefix, and Firehose's expression for the time in keys"
  type = map(object({
    description   = string
    event_pattern = string
    rule          = string
    time_prefix   = optional(string, "!{timestamp:yyyy/MM/dd/HH}")
  }))
  nullable = false
}
