variable "alarm" {
  description = "When a breach begins and ends (M of N with release), and the level of the data alarm"
  type = object({
    datapoints_to_alarm = number
    evaluation_periods  = number
    harder_ratio        = number
    release_periods     = number
    release_ratio       = number
    smoothing_factor    = number
    windows_per_reading = number
  })
  nullable = false

  validation {
    condition     = var.alarm.datapoints_to_alarm >= 1 && var.alarm.datapoints_to_alarm <= var.alarm.evaluation_periods
    error_message = "alarm.datapoints_to_alarm: expected 1 to alarm.evaluation_periods."
  }

  validation {
    condition     = var.alarm.release_periods >= 1 && var.alarm.release_periods <= 24
    error_message = "alarm.release_periods: expected 1 to 24."
  }

  validation {
    condition     = alltrue([for share in [var.alarm.release_ratio, var.alarm.smoothing_factor] : share > 0 && share <= 1])
    error_message = "alarm.release_ratio, alarm.smoothing_factor: expected more than 0 and at most 1."
  }

  validation {
    condition     = var.alarm.windows_per_reading >= 1 && var.alarm.evaluation_periods * var.alarm.windows_per_reading <= 48
    error_message = "alarm.evaluation_periods × alarm.windows_per_reading: expected at most 48 windows, which the threshold's parameter has to hold."
  }

  validation {
    condition     = alltrue([for count in [var.alarm.datapoints_to_alarm, var.alarm.evaluation_periods, var.alarm.release_periods, var.alarm.windows_per_reading] : floor(count) == count])
    error_message = "alarm: expected integers for datapoints_to_alarm, evaluation_periods, release_periods and windows_per_reading."
  }

  validation {
    condition     = var.alarm.harder_ratio > 1
    error_message = "alarm.harder_ratio: expected more than 1."
  }
}

variable "decision_log_group" {
  description = "Log group of the decision log, for the dashboard"
  type        = string
  nullable    = false
}

variable "feature_group" {
  description = "Feature group with the actual values: name and arn; null: a tabular model, whose clients deliver them"
  type        = object({ arn = string, name = string })
  default     = null
}

variable "forecast_environment" {
  description = "Environment variables for the minutes that a forecast reads and covers"
  type        = map(string)
  nullable    = false
}

variable "foundation" {
  description = "Output of modules/foundation: the attributes used here"
  type = object({
    arns             = map(string)
    bucket_arn       = string
    bucket_name      = string
    bus_name         = string
    metric_namespace = string
    paused           = optional(bool, false)
    stopped          = optional(bool, false)
    prefix           = string
    region           = string
    runbook_url      = string
    topic_arn        = string
  })
  nullable = false
}

variable "function_defaults" {
  description = "Output of modules/foundation, passed on to modules/lambda_function"
  type        = any
  nullable    = false
}

variable "metrics" {
  description = "Forecast metrics to publish: names of modules in functions/common/forecast_metrics; monitoring_collector refuses others"
  type        = set(string)
  nullable    = false

  # Alarms and dashboard need them.
  validation {
    condition     = length(setsubtract(["coverage", "mean_wql"], var.metrics)) == 0
    error_message = "metrics: expected at least coverage and mean_wql."
  }
}

variable "model_package_group_name" {
  description = "Model package group of the deployed versions"
  type        = string
  nullable    = false
}

variable "rows_per_window" {
  description = "Rows with ground truth that one score of a tabular model is computed of: that of its settings.py"
  type        = number
  default     = 10
  nullable    = false
}

variable "thresholds" {
  description = "Monitored stages and how the threshold of each is set: follow (from the windows of its version), fixed (value) or ratchet (like follow, at most slack above that of the previous version)"
  type = map(object({
    policy = string
    slack  = number
    value  = number
  }))
  nullable = false

  validation {
    condition     = contains(keys(var.thresholds), "production") && length(setsubtract(keys(var.thresholds), ["production", "staging"])) == 0
    error_message = "thresholds: expected the stage production, or production and staging."
  }

  validation {
    condition     = alltrue([for t in var.thresholds : contains(["fixed", "follow", "ratchet"], t.policy)])
    error_message = "thresholds: expected policy follow, fixed or ratchet."
  }

  validation {
    condition     = alltrue([for t in var.thresholds : t.policy != "fixed" || t.value != null])
    error_message = "thresholds: expected a value with policy fixed."
  }

  validation {
    condition     = alltrue([for t in var.thresholds : coalesce(t.value, 1) > 0 && t.slack >= 0])
    error_message = "thresholds: expected a positive value and a slack of at least 0."
  }
}
