variable "alarmed" {
  description = "Whether errors and dead letters raise alarms; false: whoever invokes it reports its failures"
  type        = bool
  default     = true
  nullable    = false
}

variable "description" {
  description = "Purpose of the function: input -> effect"
  type        = string
  nullable    = false
}

variable "environment" {
  description = "Settings of the function: exactly the fields of its settings model"
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "function_defaults" {
  description = "Output function_defaults of modules/foundation: settings that all functions share"
  type = object({
    arns                     = map(string)
    artifacts_dir            = string
    bucket_name              = string
    bus_name                 = string
    key_alias                = string
    kms_key_arn              = string
    log_retention_days       = number
    metric_namespace         = string
    partition                = string
    paused                   = optional(bool, false)
    permissions_boundary_arn = optional(string)
    prefix                   = string
    region                   = string
    runbook_url              = string
    topic_arn                = string
    vpc_config               = optional(object({ interface_arns = list(string), security_group_ids = list(string), subnet_ids = list(string) }))
  })
  nullable = false
}

variable "image_uri" {
  description = "Container image in ECR that has the function, with Powertools, for arm64; null: the zip of `make package`"
  type        = string
  default     = null
}

variable "log_level" {
  description = "Minimum level of log lines"
  type        = string
  default     = "INFO"
  nullable    = false

  validation {
    condition     = contains(["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], var.log_level)
    error_message = "log_level: expected DEBUG, INFO, WARNING, ERROR or CRITICAL."
  }
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
  description = "IAM policy (JSON) in addition to the common permissions; null: none"
  type        = string
  default     = null
}

variable "powertools_layer_version" {
  description = "Version of the public layer of Powertools for AWS Lambda (Python). The functions are tested with release 3.37.0, whose layer version has not been verified: it is the last part of the ARN in the SSM parameter /aws/service/powertools/python/arm64/python3.13/3.37.0. The default is the newest version found in the documentation (release 3.23.0 or later)"
  type        = number
  default     = 27
  nullable    = false
}

variable "publish" {
  description = "Publish a version of every change, for an alias"
  type        = bool
  default     = false
  nullable    = false
}

variable "suffix" {
  description = "Ends the names of a function that is deployed more than once from the same directory"
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^([a-z][a-z0-9-]{0,28}[a-z0-9])?$", var.suffix))
    error_message = "suffix: expected up to 30 lowercase letters, digits and hyphens, starting with a letter and not ending with a hyphen."
  }
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
  description = "EventBridge rules that invoke the function, by short name: each has an event pattern (JSON) or a schedule expression; with `input`, the function receives these fields and the id and time of the event instead of the event"
  type = map(object({
    description         = string
    event_bus_name      = optional(string, "default")
    event_pattern       = optional(string)
    input               = optional(map(string))
    schedule_expression = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for t in var.triggers : (t.event_pattern == null) != (t.schedule_expression == null)])
    error_message = "triggers: expected either event_pattern or schedule_expression in each."
  }
}
