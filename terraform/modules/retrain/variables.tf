variable "alarm" {
  description = "How many of how many hours have to be worse than the threshold"
  type = object({
    datapoints_to_alarm = number
    evaluation_periods  = number
  })
  nullable = false

  validation {
    condition     = var.alarm.datapoints_to_alarm >= 1 && var.alarm.datapoints_to_alarm <= var.alarm.evaluation_periods
    error_message = "alarm.datapoints_to_alarm is at least 1 and at most alarm.evaluation_periods."
  }

  validation {
    condition     = var.alarm.evaluation_periods <= 24
    error_message = "alarm.evaluation_periods is at most 24: CloudWatch looks back one day."
  }
}

variable "foundation" {
  description = "Output of the module foundation"
  type = object({
    account_id         = string
    artifacts_dir      = string
    bucket_name        = string
    bucket_arn         = string
    bus_arn            = string
    bus_name           = string
    key_alias          = string
    kms_key_arn        = string
    log_retention_days = number
    metric_namespace   = string
    partition          = string
    prefix             = string
    region             = string
    topic_arn          = string
  })
  nullable = false
}

variable "model_package_group_name" {
  description = "Group of the deployed versions"
  type        = string
  nullable    = false
}

variable "pipeline_name" {
  description = "What is started"
  type        = string
  nullable    = false
}

variable "retraining" {
  description = "Schedule expression of a regular retraining beside the alarm (null: none)"
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
