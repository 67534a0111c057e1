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
    metric_namespace         = string
    paused                   = optional(bool, false)
    permissions_boundary_arn = optional(string)
    prefix                   = string
    region                   = string
    runbook_url              = string
    topic_arn                = string
  })
  nullable = false
}

variable "image" {
  description = "Image of the poller, with tag"
  type        = string
  nullable    = false
}

variable "network" {
  description = "Network of the task"
  type = object({
    assign_public_ip   = bool
    security_group_ids = list(string)
    subnet_ids         = list(string)
  })
  nullable = false
}

variable "poller" {
  description = "Source and polling; backfill.hours 0: no backfill; mapping is required by http; simulator.hours null: endless; simulator.regime_change_hours null: never"
  type = object({
    backfill = object({
      hours = number
      url   = string
    })
    desired_count = number
    mapping = object({
      items     = string
      key       = string
      name      = string
      scale     = number
      time      = string
      time_unit = string
      value     = string
    })
    poll_seconds = number
    source       = string
    source_file  = string
    source_url   = string
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
    condition     = contains(["blockchain", "http", "mempool", "replay", "simulator"], var.poller.source)
    error_message = "poller.source: expected blockchain, http, mempool, replay or simulator."
  }

  validation {
    condition     = var.poller.source != "http" || (var.poller.mapping != null && var.poller.source_url != null)
    error_message = "poller.source: http requires poller.source_url and poller.mapping."
  }

  validation {
    condition     = var.poller.mapping == null ? true : contains(["s", "ms", "iso"], var.poller.mapping.time_unit)
    error_message = "poller.mapping.time_unit: expected s, ms or iso."
  }

  validation {
    condition     = var.poller.mapping == null ? true : can(regex("^[a-z0-9][a-z0-9-]{0,63}$", var.poller.mapping.name))
    error_message = "poller.mapping.name: expected 1 to 64 lowercase letters, digits and hyphens."
  }

  validation {
    condition     = var.poller.mapping == null ? true : alltrue([for pointer in [var.poller.mapping.items, var.poller.mapping.key, var.poller.mapping.time, var.poller.mapping.value] : pointer == null ? true : can(regex("^(/|$)", pointer))])
    error_message = "poller.mapping.items, key, time, value: expected JSON pointers like /a/b."
  }

  validation {
    condition     = var.poller.backfill.hours >= 0 && var.poller.backfill.hours <= 48
    error_message = "poller.backfill.hours: expected 0 to 48; the deduplication remembers about as much."
  }

  validation {
    condition     = var.poller.backfill.url == null ? true : var.poller.source != "http" || strcontains(var.poller.backfill.url, "{since}")
    error_message = "poller.backfill.url: expected {since} in the place of the time, with the source http."
  }

  validation {
    condition     = var.poller.source != "replay" || var.poller.source_file != null
    error_message = "poller.source: replay requires poller.source_file."
  }

  validation {
    condition     = contains([0, 1], var.poller.desired_count)
    error_message = "poller.desired_count: expected 0 or 1; a second poller would publish the same transactions again."
  }

  validation {
    condition     = var.poller.poll_seconds >= 1 && var.poller.poll_seconds <= (var.poller.source == "http" ? 3600 : 60)
    error_message = "poller.poll_seconds: expected 1 to 60 (3600 for http); slower polls would miss transactions."
  }
}

variable "receivers" {
  description = "What receives the events: the task starts after it, because the bus keeps no event for later rules"
  type        = list(string)
  default     = []
  nullable    = false
}

variable "repository_arn" {
  description = "ECR repository of the image"
  type        = string
  nullable    = false
}
