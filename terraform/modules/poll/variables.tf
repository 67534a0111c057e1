variable "foundation" {
  description = "Output of the module foundation"
  type = object({
    account_id         = string
    bucket_arn         = string
    bus_arn            = string
    bus_name           = string
    kms_key_arn        = string
    log_retention_days = number
    metric_namespace   = string
    partition          = string
    prefix             = string
    region             = string
    topic_arn          = string
  })
  nullable = false
}

variable "image" {
  description = "Image of the poller, with tag"
  type        = string
  nullable    = false
}

variable "network" {
  description = "Where the task runs"
  type = object({
    assign_public_ip   = bool
    security_group_ids = list(string)
    subnet_ids         = list(string)
  })
  nullable = false
}

variable "poller" {
  description = "The source and how it is polled; simulator.hours null: endless, regime_change_hours null: never"
  type = object({
    desired_count = number
    poll_seconds  = number
    source        = string
    source_file   = string
    source_url    = string
    simulator = object({
      hours               = number
      rate                = number
      regime_change_hours = number
      seed                = number
      start               = string
    })
  })
  nullable = false

  validation {
    condition     = contains(["blockchain", "replay", "simulator"], var.poller.source)
    error_message = "poller.source is blockchain, replay or simulator."
  }

  validation {
    condition     = var.poller.source != "replay" || var.poller.source_file != null
    error_message = "poller.source = \"replay\" needs poller.source_file."
  }

  validation {
    condition     = contains([0, 1], var.poller.desired_count)
    error_message = "poller.desired_count is 0 or 1: a second poller would publish the same transactions again."
  }

  validation {
    condition     = var.poller.poll_seconds >= 1 && var.poller.poll_seconds <= 60
    error_message = "poller.poll_seconds is between 1 and 60: slower polls would miss transactions."
  }
}

variable "repository_arn" {
  description = "ECR repository of the image"
  type        = string
  nullable    = false
}
