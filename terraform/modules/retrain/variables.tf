variable "alarm" {
  description = "M (datapoints_to_alarm) of N (evaluation_periods) hours with a loss above the threshold"
  type = object({
    datapoints_to_alarm = number
    evaluation_periods  = number
  })
  nullable = false

  validation {
    condition     = var.alarm.datapoints_to_alarm >= 1 && var.alarm.datapoints_to_alarm <= var.alarm.evaluation_periods
    error_message = "alarm.datapoints_to_alarm: expected 1 to alarm.evaluation_periods."
  }

  validation {
    condition     = var.alarm.evaluation_periods <= 24
    error_message = "alarm.evaluation_periods: expected at most 24, because CloudWatch evaluates at most one day."
  }
}

variable "foundation" {
  description = "Output of modules/foundation: the attributes used here"
  type = object({
    arns             = map(string)
    bucket_arn       = string
    bus_arn          = string
    bus_name         = string
    metric_namespace = string
    prefix           = string
    topic_arn        = string
  })
  nullable = false
}

variable "function_defaults" {
  description = "Output of modules/foundation, passed on to modules/lambda_function"
  type        = any
  nullable    = false
}

variable "model_package_group_name" {
  description = "Model package group of the deployed versions"
  type        = string
  nullable    = false
}

variable "pipeline_name" {
  description = "Training pipeline to start"
  type        = string
  nullable    = false
}

variable "retraining" {
  description = "Schedule expression of regular retraining in addition to the alarm (null: none)"
  type = object({
    schedule = string
  })
  nullable = false
}

variable "threshold_parameter" {
  description = "SSM parameter of the threshold: arn and name"
  type        = object({ arn = string, name = string })
  nullable    = false
}
