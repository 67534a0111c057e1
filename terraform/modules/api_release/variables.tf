variable "alias" {
  description = "Alias that API Gateway invokes"
  type        = object({ name = string })
  nullable    = false
}

variable "body" {
  description = "Body (JSON) of the request to /stream by which a version is checked"
  type        = string
  nullable    = false
}

variable "capture_percent" {
  description = "Share of the endpoint's requests in its data capture; 0: the capture is not checked"
  type        = number
  nullable    = false

  validation {
    condition     = var.capture_percent >= 0 && var.capture_percent <= 100
    error_message = "capture_percent: expected 0 to 100."
  }
}

variable "configuration" {
  description = "How requests go to a new version: Canary10Percent5Minutes, Linear10PercentEvery1Minute, AllAtOnce, ...; \"\": all at once"
  type        = string
  default     = "Canary10Percent5Minutes"
  nullable    = false

  validation {
    condition     = can(regex("^(|AllAtOnce|Canary10Percent(5|10|15|30)Minutes|Linear10PercentEvery(1Minute|(2|3|10)Minutes))$", var.configuration))
    error_message = "configuration: expected a configuration of CodeDeploy for Lambda without its prefix, such as Canary10Percent5Minutes, or \"\"."
  }
}

variable "endpoint_name" {
  description = "Endpoint that predicts"
  type        = string
  nullable    = false
}

variable "foundation" {
  description = "Output of modules/foundation: the attributes used here"
  type = object({
    arns                     = map(string)
    bucket_arn               = string
    bucket_name              = string
    kms_key_arn              = string
    permissions_boundary_arn = optional(string)
    prefix                   = string
    runbook_url              = string
    topic_arn                = string
  })
  nullable = false
}

variable "function" {
  description = "Function of the API, its newest version, and the alarm of its errors"
  type        = object({ alarm_name = string, name = string, version = string })
  nullable    = false
}

variable "function_defaults" {
  description = "Output of modules/foundation, passed on to modules/lambda_function"
  type        = any
  nullable    = false
}

variable "name" {
  description = "Name of the model, with hyphens"
  type        = string
  nullable    = false
}
