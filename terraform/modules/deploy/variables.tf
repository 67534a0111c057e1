variable "endpoints" {
  description = "Instances of the endpoints"
  type = object({
    production_instance_count = number
    production_instance_type  = string
    staging_always_on         = bool
    staging_instance_type     = string
  })
  nullable = false

  validation {
    condition     = var.endpoints.production_instance_count >= 1 && var.endpoints.production_instance_count <= 20 && floor(var.endpoints.production_instance_count) == var.endpoints.production_instance_count
    error_message = "endpoints.production_instance_count: expected an integer from 1 to 20."
  }
}

variable "feature_group" {
  description = "Feature group that the smoke test forecasts from: name and arn; null: a tabular model"
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
    account_id         = string
    arns               = map(string)
    bucket_arn         = string
    bucket_name        = string
    bus_arn            = string
    bus_name           = string
    kms_key_arn        = string
    log_retention_days = number
    partition          = string
    prefix             = string
    vpc_config         = optional(object({ interface_arns = list(string), security_group_ids = list(string), subnet_ids = list(string) }))
  })
  nullable = false
}

variable "function_defaults" {
  description = "Output of modules/foundation, passed on to modules/lambda_function"
  type        = any
  nullable    = false
}

variable "model_package_group_name" {
  description = "Model package group whose approved versions are deployed"
  type        = string
  nullable    = false
}

variable "model_role_arn" {
  description = "Execution role of models and endpoints"
  type        = string
  nullable    = false
}

variable "pending_path" {
  description = "SSM path of the pending approvals"
  type        = string
  nullable    = false
}

variable "policy_parameter" {
  description = "SSM parameter of the approval policy"
  type        = string
  nullable    = false
}

variable "run_time_cleaner_name" {
  description = "Function that stops running deployments before the state machine is deleted"
  type        = string
  nullable    = false
}

variable "sample" {
  description = "Row of raw features (CSV) that the smoke test of a tabular model sends; null: the forecaster"
  type        = string
  default     = null

  validation {
    condition     = (var.sample == null) != (var.feature_group == null)
    error_message = "sample: expected a row without feature_group, and none with it."
  }
}
