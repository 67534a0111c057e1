variable "api_names" {
  description = "Names of the HTTP APIs"
  type        = list(string)
  default     = []
  nullable    = false
}

variable "endpoint_name" {
  description = "Endpoint of production"
  type        = string
  nullable    = false
}

variable "foundation" {
  description = "Output of modules/foundation: the attributes used here"
  type = object({
    prefix = string
    region = string
  })
  nullable = false
}

variable "function_names" {
  description = "Names of the functions that have alarms, by stage of the loop, or shared"
  type        = map(list(string))
  nullable    = false
}

variable "state_machine_arn" {
  description = "State machine that deploys versions"
  type        = string
  nullable    = false
}

variable "training_workflow_arn" {
  description = "SageMaker pipeline or state machine that trains"
  type        = string
  nullable    = false
}

variable "variant_name" {
  description = "Variant of the endpoint"
  type        = string
  nullable    = false
}
