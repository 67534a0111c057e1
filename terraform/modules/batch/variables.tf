variable "batch" {
  description = "When files are scored, and by which instances"
  type = object({
    instance_count = optional(number, 1)             # instances that share the parts (32 MB) of the files
    instance_type  = optional(string, "ml.m5.large") # SageMaker instance type
    schedule       = optional(string, "")            # schedule expression by which new files are scored; "": each as it is uploaded
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.batch.instance_count >= 1 && var.batch.instance_count <= 100 && floor(var.batch.instance_count) == var.batch.instance_count
    error_message = "batch.instance_count: expected an integer from 1 to 100."
  }

  validation {
    condition     = var.batch.schedule == "" || can(regex("^(rate|cron)\\(.+\\)$", var.batch.schedule))
    error_message = "batch.schedule: expected rate(…) or cron(…), or an empty text."
  }

  # SageMaker refuses a key for the volumes of instances with local storage.
  validation {
    condition     = !can(regex("^ml\\.([gp][0-9]|trn|inf|[a-z]+[0-9]+[a-z]*d)", var.batch.instance_type))
    error_message = "batch.instance_type: expected a type without local storage (not ml.m5d or ml.g5): its volume is encrypted by the key."
  }
}

variable "definition_file" {
  description = "Pipeline definition that `python -m sagemaker_pipelines.batch_scoring` renders"
  type        = string
  nullable    = false

  validation {
    condition     = fileexists(var.definition_file)
    error_message = "${var.definition_file} is missing: run `python -m sagemaker_pipelines.batch_scoring`."
  }
}

variable "foundation" {
  description = "Output of modules/foundation: the attributes used here"
  type = object({
    account_id               = string
    arns                     = map(string)
    bucket_arn               = string
    bucket_name              = string
    bus_name                 = string
    deepar_repository_arns   = list(string)
    event_policies           = map(string)
    kms_key_arn              = string
    permissions_boundary_arn = optional(string)
    prefix                   = string
    vpc_config               = optional(object({ interface_arns = list(string), security_group_ids = list(string), subnet_ids = list(string) }))
  })
  nullable = false
}

variable "function_defaults" {
  description = "Output of modules/foundation, passed on to modules/lambda_function"
  type        = any
  nullable    = false
}

variable "image" {
  description = "Image of the processing steps, with tag"
  type        = string
  nullable    = false
}

variable "list_versions_policy" {
  description = "IAM policy (JSON) to list the model versions"
  type        = string
  nullable    = false
}

variable "model" {
  description = "What the files are for: forecaster (series as JSON Lines) or the name of a tabular model (rows as CSV)"
  type        = string
  nullable    = false
}

variable "model_package_group_name" {
  description = "Model package group, whose latest approved version scores"
  type        = string
  nullable    = false
}

variable "repository_arn" {
  description = "ECR repository of the image"
  type        = string
  nullable    = false
}

variable "samples" {
  description = "Sample paths per forecast"
  type        = number
  default     = 100
  nullable    = false
}
