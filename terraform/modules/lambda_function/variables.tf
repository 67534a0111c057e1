variable "description" {
  description = "Purpose of the function: input -> effect"
  type        = string
  nullable    = false
}

variable "environment" {
  description = "Environment variables in addition to the common ones"
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "function_defaults" {
  description = "Output function_defaults of modules/foundation: what all functions share"
  type = object({
    arns               = map(string)
    artifacts_dir      = string
    bucket_name        = string
    bus_name           = string
    key_alias          = string
    kms_key_arn        = string
    log_retention_days = number
    metric_namespace   = string
    prefix             = string
    topic_arn          = string
  })
  nullable = false
}

variable "memory_mb" {
  description = "Memory in MB"
  type        = number
  default     = 256
  nullable    = false
}

variable "name" {
  description = "Directory of the function in functions/"
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z_]*$", var.name))
    error_message = "name: expected a directory in functions/, such as window_aggregator."
  }
}

variable "policy" {
  description = "JSON of the permissions in addition to the common ones"
  type        = string
  nullable    = false
}

variable "reserved_concurrency" {
  description = "Reserved concurrent executions; -1 for none"
  type        = number
  default     = -1
  nullable    = false
}

variable "timeout_seconds" {
  description = "Timeout of one invocation"
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = var.timeout_seconds >= 1 && var.timeout_seconds <= 900
    error_message = "timeout_seconds: expected 1 to 900."
  }
}

variable "triggers" {
  description = "EventBridge rules that invoke the function, by short name: each has an event pattern (JSON) or a schedule expression"
  type = map(object({
    description         = string
    event_bus_name      = optional(string, "default")
    event_pattern       = optional(string)
    schedule_expression = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for t in var.triggers : (t.event_pattern == null) != (t.schedule_expression == null)])
    error_message = "triggers: expected either event_pattern or schedule_expression in each."
  }
}
