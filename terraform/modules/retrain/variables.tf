variable "feature_group" {
  description = "Feature group with the history: name and arn; null: a tabular model, whose data are files"
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
    arns           = map(string)
    bucket_arn     = string
    bucket_name    = string
    bus_name       = string
    event_policies = map(string)
    prefix         = string
  })
  nullable = false
}

variable "function_defaults" {
  description = "Output of modules/foundation, passed on to modules/lambda_function"
  type        = any
  nullable    = false
}

variable "list_versions_policy" {
  description = "IAM policy (JSON) to list the model versions"
  type        = string
  nullable    = false
}

variable "loss_alarm" {
  description = "Alarm that starts a retraining: arn and name"
  type        = object({ arn = string, name = string })
  nullable    = false
}

variable "model_package_group_name" {
  description = "Model package group of the versions"
  type        = string
  nullable    = false
}

variable "requested_pattern" {
  description = "Event pattern (JSON) of the requests of production in another account, which modules/account_link accepts; null: none"
  type        = string
  default     = null
}

variable "retraining" {
  description = "Trainings in addition to the alarm: when a drift was detected, and by a schedule expression (empty: none)"
  type = object({
    on_drift = bool
    schedule = string
  })
  nullable = false
}

variable "state_machine_arn" {
  description = "State machine of deployments; while one is running, no automatic attempt starts"
  type        = string
  nullable    = false
}

variable "threshold_parameter" {
  description = "SSM parameter of production's threshold, which names the version in production"
  type        = string
  nullable    = false
}

variable "training_account" {
  description = "Account that trains, which is asked when production needs a better model; null: this one"
  type        = string
  default     = null
}

variable "training_workflow_arn" {
  description = "SageMaker pipeline or state machine to start"
  type        = string
  nullable    = false

  validation {
    condition     = can(regex(":(pipeline/|stateMachine:)[^:/]+$", var.training_workflow_arn))
    error_message = "training_workflow_arn: expected the ARN of a SageMaker pipeline or of a state machine."
  }
}
