variable "foundation" {
  description = "Output of modules/foundation: the attributes used here"
  type = object({
    arns       = map(string)
    bucket_arn = string
    prefix     = string
  })
  nullable = false
}

variable "function_defaults" {
  description = "Output of modules/foundation, passed on to modules/lambda_function"
  type        = any
  nullable    = false
}

variable "model_package_group_name" {
  description = "Model package group of the versions"
  type        = string
  nullable    = false
}

variable "pending_path" {
  description = "SSM path of pending approvals"
  type        = string
  nullable    = false
}

variable "state_machine_arn" {
  description = "State machine that deploys versions and waits for the approvals"
  type        = string
  nullable    = false
}
