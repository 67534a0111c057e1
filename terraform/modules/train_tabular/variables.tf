variable "definition_files" {
  description = "Definitions that `python -m sagemaker_pipelines.tabular_training` renders, by the workflow"
  type        = object({ pipeline = string, state_machine = string })
  nullable    = false

  validation {
    condition     = alltrue([for file in values(var.definition_files) : fileexists(file)])
    error_message = "definition_files: got ${join(", ", values(var.definition_files))}, expected files: run `python -m sagemaker_pipelines.tabular_training`."
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
    event_policies           = map(string)
    kms_key_arn              = string
    log_retention_days       = number
    partition                = string
    permissions_boundary_arn = optional(string)
    prefix                   = string
    vpc_config               = optional(object({ interface_arns = list(string), security_group_ids = list(string), subnet_ids = list(string) }))
  })
  nullable = false
}

variable "image" {
  description = "Image of all steps, with tag"
  type        = string
  nullable    = false
}

variable "model_package_group_name" {
  description = "Model package group that the pipeline registers models in"
  type        = string
  nullable    = false
}

variable "quality" {
  description = "Values of the SSM parameters under quality/policy/"
  type = object({
    cooldown_hours = number
    daily_cap      = number
  })
  nullable = false

  validation {
    condition     = var.quality.cooldown_hours >= 0 && var.quality.cooldown_hours <= 8760
    error_message = "quality.cooldown_hours: expected 0 to 8760."
  }

  validation {
    condition     = var.quality.daily_cap >= 0 && var.quality.daily_cap <= 96 && floor(var.quality.daily_cap) == var.quality.daily_cap
    error_message = "quality.daily_cap: expected an integer from 0 to 96."
  }
}

variable "repository_arn" {
  description = "ECR repository of the image"
  type        = string
  nullable    = false
}

variable "tracking_uri" {
  description = "MLflow server to which the jobs log; null: none"
  type        = string
  default     = null
}

variable "training" {
  description = "Where the data are, quality gate, hyperparameters and instance types; null: default of the definition"
  type = object({
    data_uri                 = optional(string)          # S3 URI of a CSV file or of a folder of them, or sample; null: training-data/ of the data bucket
    gate                     = optional(string)          # limit on the held-out rows: mae, mse, r2 or rmse with <= or >=, such as rmse<=2.4
    hyperparameters          = optional(map(string), {}) # of the model's algorithm
    processing_instance_type = optional(string, "ml.t3.medium")
    training_instance_type   = optional(string, "ml.m5.large")
    workflow                 = optional(string, "pipeline") # pipeline: a SageMaker pipeline; state_machine: the same steps on Step Functions
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.training.data_uri == null ? true : can(regex("^(sample|s3://[a-z0-9.-]{3,63}/[^*?]*)$", var.training.data_uri))
    error_message = "training.data_uri: expected s3://BUCKET/KEY, or sample."
  }

  validation {
    condition     = var.training.gate == null ? true : can(regex("^ *(mae|mse|r2|rmse) *(<=|>=) *[0-9]+([.][0-9]+)? *$", var.training.gate))
    error_message = "training.gate: expected mae, mse, r2 or rmse with <= or >= and a limit, such as rmse<=2.4."
  }

  validation {
    condition     = contains(["pipeline", "state_machine"], var.training.workflow)
    error_message = "training.workflow: got ${var.training.workflow}, expected pipeline or state_machine."
  }

  # SageMaker refuses a key for the volumes of instances with local storage.
  validation {
    condition     = !anytrue([for type in [var.training.processing_instance_type, var.training.training_instance_type] : can(regex("^ml\\.([gp][0-9]|trn|inf|[a-z]+[0-9]+[a-z]*d)", type))])
    error_message = "training.processing_instance_type, training.training_instance_type: expected types without local storage (not ml.m5d or ml.g5): their volumes are encrypted by the key."
  }
}
