variable "features" {
  description = "Compaction schedule (empty: never), days in the online store, version to read, and features that later versions add (feature -> type, by version)"
  type = object({
    compaction_schedule = string
    online_days         = number
    read_version        = string
    versions            = map(map(string))
  })
  nullable = false

  validation {
    condition     = var.features.online_days >= 1 && var.features.online_days <= 365 && var.features.online_days == floor(var.features.online_days)
    error_message = "features.online_days: expected an integer from 1 to 365."
  }

  validation {
    condition     = alltrue([for version in keys(var.features.versions) : can(regex("^v([2-9]|[1-9][0-9]+)$", version))])
    error_message = "features.versions: expected keys v2, v3, ...; v1 has no additional features."
  }

  validation {
    condition     = alltrue([for added in values(var.features.versions) : length(added) > 0 && alltrue([for type in values(added) : contains(["Fractional", "Integral"], type)])])
    error_message = "features.versions: expected at least one feature per version, of type Fractional or Integral."
  }

  validation {
    condition     = contains(concat(["v1"], keys(var.features.versions)), var.features.read_version)
    error_message = "features.read_version: expected v1 or a key of features.versions."
  }
}

variable "foundation" {
  description = "Output of modules/foundation: the attributes used here"
  type = object({
    account_id               = string
    arns                     = map(string)
    bucket_arn               = string
    bucket_name              = string
    kms_key_arn              = string
    permissions_boundary_arn = optional(string)
    prefix                   = string
    topic_arn                = string
    undelivered_queue_arn    = string
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
  description = "Image of the compaction job, with tag"
  type        = string
  nullable    = false
}

variable "repository_arn" {
  description = "ECR repository of the image"
  type        = string
  nullable    = false
}
