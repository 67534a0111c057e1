variable "foundation" {
  description = "Output of modules/foundation: the attributes used here"
  type = object({
    arns     = map(string)
    bus_arn  = string
    bus_name = string
    prefix   = string
  })
  nullable = false
}

variable "function_defaults" {
  description = "Output of modules/foundation, passed on to modules/lambda_function"
  type        = any
  nullable    = false
}

variable "loss_alarm" {
  description = "Alarm that starts a retraining: arn and name"
  type        = object({ arn = string, name = string })
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
