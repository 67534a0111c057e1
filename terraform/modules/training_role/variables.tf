variable "description" {
  description = "Description of the role"
  type        = string
  nullable    = false
}

variable "foundation" {
  description = "Output of modules/foundation: the attributes used here"
  type = object({
    account_id               = string
    arns                     = map(string)
    bucket_arn               = string
    event_policies           = map(string)
    kms_key_arn              = string
    permissions_boundary_arn = optional(string)
    prefix                   = string
    vpc_config               = optional(object({ interface_arns = list(string), security_group_ids = list(string), subnet_ids = list(string) }))
  })
  nullable = false
}

variable "image_repository_arns" {
  description = "ECR repositories of the images of the jobs"
  type        = list(string)
  nullable    = false
}

variable "model_package_group_name" {
  description = "Model package group that the pipeline registers models in"
  type        = string
  nullable    = false
}

variable "pipeline_name" {
  description = "Pipeline of the role, which has the same name"
  type        = string
  nullable    = false
}

variable "policies" {
  description = "IAM policies (JSON) of what only this pipeline reads and writes"
  type        = list(string)
  nullable    = false
}

variable "runs_steps" {
  description = "Whether the pipeline runs with this role; false: only its jobs do, which another service starts, or the caller attaches steps_policy"
  type        = bool
  default     = true
  nullable    = false
}
