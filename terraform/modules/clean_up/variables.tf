variable "foundation" {
  description = "Output of modules/foundation: the attributes used here"
  type = object({
    arns   = map(string)
    prefix = string
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

variable "model_package_group_name" {
  description = "Model package group whose versions are deleted"
  type        = string
  nullable    = false
}

variable "model_role_arn" {
  description = "Execution role of the endpoints, required until they are deleted"
  type        = string
  nullable    = false
}

variable "other_pipeline_names" {
  description = "Further pipelines whose executions are stopped and whose models are deleted"
  type        = list(string)
  default     = []
  nullable    = false
}

variable "training_workflow_arn" {
  description = "Pipeline or state machine of trainings, whose executions are stopped"
  type        = string
  nullable    = false
}
