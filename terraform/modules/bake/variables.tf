variable "feature_group" {
  description = "Feature group with the recent minutes: name and arn; null: a tabular model, whose readings have the rows"
  type        = object({ arn = string, name = string })
  default     = null
}

variable "forecast_environment" {
  description = "Environment variables for the minutes and samples of a forecast"
  type        = map(string)
  nullable    = false
}

variable "foundation" {
  description = "Output of modules/foundation: the attributes used here"
  type = object({
    arns           = map(string)
    bucket_arn     = string
    bucket_name    = string
    bus_name       = string
    event_policies = map(string)
    kms_key_arn    = string
    prefix         = string
  })
  nullable = false
}

variable "function_defaults" {
  description = "Output of modules/foundation, passed on to modules/lambda_function"
  type        = any
  nullable    = false
}

variable "instance_type" {
  description = "Instance type of the jobs"
  type        = string
  nullable    = false
}

variable "readings" {
  description = "Numbers of readings of a new version after which it is compared with the one it replaced"
  type        = list(number)
  nullable    = false

  validation {
    condition     = length(var.readings) > 0 && alltrue([for n in var.readings : n >= 1 && n <= 24 && floor(n) == n])
    error_message = "readings: expected integers from 1 to 24."
  }
}

variable "state_machine_arn" {
  description = "State machine that deploys versions"
  type        = string
  nullable    = false
}

variable "threshold_parameter" {
  description = "SSM parameter of production's threshold, which names the present version and the one it replaced"
  type        = string
  nullable    = false
}
