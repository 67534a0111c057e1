variable "decision_log_group" {
  description = "Log group of the decision log, for the dashboard"
  type        = string
  nullable    = false
}

variable "feature_group" {
  description = "Feature group with the actual values: name and arn"
  type        = object({ arn = string, name = string })
  nullable    = false
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
    metric_namespace = string
    prefix           = string
    region           = string
    topic_arn        = string
  })
  nullable = false
}

variable "function_defaults" {
  description = "Output of modules/foundation, passed on to modules/lambda_function"
  type        = any
  nullable    = false
}
