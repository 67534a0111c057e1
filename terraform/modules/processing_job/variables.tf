variable "description" {
  description = "Description of the role: \"Execution role of the ... jobs\""
  type        = string
  nullable    = false
}

variable "foundation" {
  description = "Output of modules/foundation: the attributes used here"
  type = object({
    account_id               = string
    arns                     = map(string)
    kms_key_arn              = string
    permissions_boundary_arn = optional(string)
    prefix                   = string
    topic_arn                = string
    undelivered_queue_arn    = string
    vpc_config               = optional(object({ interface_arns = list(string), security_group_ids = list(string), subnet_ids = list(string) }))
  })
  nullable = false
}

variable "image" {
  description = "Image of the jobs, with tag"
  type        = string
  nullable    = false
}

variable "instance_type" {
  description = "Instance type of the jobs"
  type        = string
  nullable    = false
}

variable "metric_namespaces" {
  description = "Namespaces of CloudWatch in which the jobs publish metrics, beside that of SageMaker"
  type        = list(string)
  default     = []
  nullable    = false
}

variable "name" {
  description = "Name of the role, and prefix of the names of the jobs"
  type        = string
  nullable    = false
}

variable "policy" {
  description = "What the jobs read and write: IAM policy (JSON)"
  type        = string
  nullable    = false
}

variable "repository_arn" {
  description = "ECR repository of the image"
  type        = string
  nullable    = false
}
