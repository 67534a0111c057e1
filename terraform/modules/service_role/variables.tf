variable "account_id" {
  description = "Account that the service must act for (condition aws:SourceAccount); null for services that do not send it"
  type        = string
  default     = null
}

variable "description" {
  description = "Description of the role: \"Execution role of ...\""
  type        = string
  nullable    = false
}

variable "image_repository_arns" {
  description = "ECR repositories to pull images from"
  type        = list(string)
  default     = []
  nullable    = false
}

variable "name" {
  description = "Name of the role"
  type        = string
  nullable    = false
}

variable "permissions_boundary_arn" {
  description = "Policy that limits the role; null: none"
  type        = string
  default     = null
}

variable "policy" {
  description = "IAM policy (JSON)"
  type        = string
  nullable    = false
}

variable "service" {
  description = "Service that assumes the role, without domain: lambda, sagemaker, states, ..."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9-]+$", var.service))
    error_message = "service: expected the first part of a service principal, such as lambda or ecs-tasks."
  }
}

variable "vpc_config" {
  description = "Output vpc_config of modules/private_network: the role may connect to these subnets; null: it may not"
  type        = object({ interface_arns = list(string), security_group_ids = list(string), subnet_ids = list(string) })
  default     = null
}
