variable "feature_group" {
  description = "Feature group with the forecaster's data: arn, features that are numbers, and name; null: those of a tabular model"
  type        = object({ arn = string, features = list(string), name = string })
  default     = null

  validation {
    condition     = (var.feature_group == null) != (var.model == null)
    error_message = "feature_group: expected it or model, and not both."
  }
}

variable "forecast_environment" {
  description = "Environment variables for the minutes that a forecast reads and covers; of no effect with model"
  type        = map(string)
  default     = {}
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
    event_policies           = map(string)
    kms_key_arn              = string
    metric_namespace         = string
    permissions_boundary_arn = optional(string)
    prefix                   = string
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

variable "image" {
  description = "Image of the jobs, with tag"
  type        = string
  nullable    = false
}

variable "jobs" {
  description = "Analyses of the jobs, their instance type, schedule, and the hours that they compare"
  type = object({
    analyses      = set(string)
    instance_type = string
    schedule      = string
    window_hours  = number
  })
  nullable = false

  validation {
    condition     = length(var.jobs.analyses) > 0 && length(setsubtract(var.jobs.analyses, ["data-quality", "drift", "model-quality"])) == 0
    error_message = "jobs.analyses: expected data-quality, drift and model-quality, or some of them."
  }

  validation {
    condition     = can(regex("^(cron|rate)\\(.+\\)$", var.jobs.schedule))
    error_message = "jobs.schedule: expected a schedule expression of EventBridge, such as cron(20 0/6 * * ? *)."
  }

  validation {
    condition     = var.jobs.window_hours >= 6 && var.jobs.window_hours <= 168
    error_message = "jobs.window_hours: expected 6 to 168."
  }

  # Data quality compares all hours together: against whole days, a part of a day nearly always differs.
  validation {
    condition     = var.jobs.window_hours >= 24 || !contains(var.jobs.analyses, "data-quality")
    error_message = "jobs.window_hours: expected 24 to 168 with the analysis data-quality."
  }
}

variable "model" {
  description = "Tabular model whose data are compared: features as columns of numbers, and name; null: the forecaster"
  type        = object({ features = list(string), name = string })
  default     = null
}

variable "model_package_group_name" {
  description = "Model package group of the deployed versions"
  type        = string
  nullable    = false
}

variable "repository_arn" {
  description = "ECR repository of the image"
  type        = string
  nullable    = false
}

variable "threshold_parameters" {
  description = "SSM parameter of the threshold by monitored stage; it names the version"
  type        = map(string)
  nullable    = false
}
