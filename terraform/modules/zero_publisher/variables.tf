variable "function_defaults" {
  description = "Output of modules/foundation, passed on to modules/lambda_function"
  type        = any
  nullable    = false
}

variable "metric_names" {
  description = "Metrics in the namespace of the deployment, without dimensions"
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.metric_names) > 0
    error_message = "metric_names: got none, expected at least one."
  }
}
