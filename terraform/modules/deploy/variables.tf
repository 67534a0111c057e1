variable "approval_links" {
  description = "Whether a pending approval has a key, by which modules/notify signs the link in its mail"
  type        = bool
  default     = false
  nullable    = false
}

variable "endpoints" {
  description = "Instances of the endpoints, data capture, autoscaling, and how production's requests go to a new version: as the root's variable"
  type = object({
    autoscaling               = optional(object({ invocations_per_instance = number, max_capacity = number, min_capacity = number, scale_in_cooldown_seconds = number, scale_out_cooldown_seconds = number }))
    capture_percent           = object({ production = number, staging = number })
    latency_seconds           = number
    nginx                     = optional(bool, false)
    pre_traffic_check         = bool
    production_instance_count = number
    production_instance_type  = string
    schedule                  = optional(object({ start = string, stop = string }))
    serverless                = optional(object({ max_concurrency = number, memory_mb = number }))
    shift                     = optional(object({ kind = string, percent = number, termination_wait_seconds = number, wait_seconds = number }))
    staging_always_on         = bool
    staging_instance_type     = string
  })
  nullable = false

  validation {
    condition     = var.endpoints.production_instance_count >= 1 && var.endpoints.production_instance_count <= 20 && floor(var.endpoints.production_instance_count) == var.endpoints.production_instance_count
    error_message = "endpoints.production_instance_count: expected an integer from 1 to 20."
  }

  validation {
    condition     = alltrue([for percent in values(var.endpoints.capture_percent) : percent >= 0 && percent <= 100 && floor(percent) == percent]) && var.endpoints.capture_percent.staging > 0
    error_message = "endpoints.capture_percent: expected integers up to 100, and for staging at least 1: the smoke test looks for the capture of its call."
  }

  validation {
    condition     = var.endpoints.autoscaling == null ? true : !startswith(var.endpoints.production_instance_type, "ml.t2.")
    error_message = "endpoints.autoscaling: got production_instance_type ml.t2…, expected another one: SageMaker does not scale burstable instances."
  }

  validation {
    condition     = var.endpoints.autoscaling == null ? true : 1 <= var.endpoints.autoscaling.min_capacity && var.endpoints.autoscaling.min_capacity <= var.endpoints.production_instance_count && var.endpoints.production_instance_count <= var.endpoints.autoscaling.max_capacity && var.endpoints.autoscaling.invocations_per_instance > 0
    error_message = "endpoints.autoscaling: expected 1 <= min_capacity <= production_instance_count <= max_capacity and invocations_per_instance above 0."
  }

  validation {
    condition     = var.endpoints.shift == null ? true : contains(["canary", "linear"], var.endpoints.shift.kind) && var.endpoints.shift.percent <= 50 && (var.endpoints.shift.kind == "canary" || var.endpoints.shift.percent >= 10)
    error_message = "endpoints.shift: expected kind canary with a percent up to 50, or linear with 10 to 50: limits of SageMaker."
  }

  validation {
    condition     = var.endpoints.shift == null ? true : var.endpoints.shift.percent * try(var.endpoints.autoscaling.min_capacity, var.endpoints.production_instance_count) >= 100
    error_message = "endpoints.shift.percent: expected at least one whole instance of production_instance_count (autoscaling.min_capacity): a share of one instance cannot be shifted. With one instance set shift = null."
  }

  validation {
    condition     = var.endpoints.shift == null ? true : alltrue([for seconds in [var.endpoints.shift.wait_seconds, var.endpoints.shift.termination_wait_seconds] : seconds >= 0 && seconds <= 3600])
    error_message = "endpoints.shift: expected waits from 0 to 3600 seconds: limits of SageMaker."
  }

  validation {
    condition     = try((var.endpoints.shift.kind == "canary" ? 1 : ceil(100 / var.endpoints.shift.percent) - 1) * var.endpoints.shift.wait_seconds + var.endpoints.shift.termination_wait_seconds <= 25200, true)
    error_message = "endpoints.shift: expected waits of at most 25200 seconds together: SageMaker ends an update after eight hours."
  }

  validation {
    condition     = var.endpoints.schedule == null ? true : alltrue([for expression in values(var.endpoints.schedule) : can(regex("^cron\\(.+\\)$", expression))])
    error_message = "endpoints.schedule: expected start and stop as cron expressions of EventBridge, such as cron(0 20 * * ? *)."
  }

  validation {
    condition     = var.endpoints.serverless == null ? true : var.endpoints.capture_percent.production == 0
    error_message = "endpoints.serverless: expected capture_percent.production = 0: serverless endpoints have no data capture, so clients' requests cannot be matched with their ground truth. The hourly loss does not need it."
  }

  validation {
    condition     = var.endpoints.serverless == null ? true : var.endpoints.autoscaling == null && var.endpoints.shift == null
    error_message = "endpoints.serverless: expected autoscaling = null and shift = null: both are for instances."
  }

  validation {
    condition     = var.endpoints.serverless == null ? true : contains([1024, 2048, 3072, 4096, 5120, 6144], var.endpoints.serverless.memory_mb) && var.endpoints.serverless.max_concurrency >= 1 && var.endpoints.serverless.max_concurrency <= 200
    error_message = "endpoints.serverless: expected memory_mb as a multiple of 1024 up to 6144, and max_concurrency from 1 to 200."
  }
}

variable "feature_group" {
  description = "Feature group that the smoke test forecasts from: name and arn; null: a tabular model"
  type        = object({ arn = string, name = string })
  default     = null
}

variable "forecast_environment" {
  description = "Environment variables for the minutes that a forecast reads and covers"
  type        = map(string)
  nullable    = false
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
    runbook_url              = string
    topic_arn                = string
    vpc_config               = optional(object({ interface_arns = list(string), security_group_ids = list(string), subnet_ids = list(string) }))
  })
  nullable = false
}

variable "function_defaults" {
  description = "Output of modules/foundation, passed on to modules/lambda_function"
  type        = any
  nullable    = false
}

variable "loss_alarm_name" {
  description = "Alarm of production's loss, which also rolls back a shift of requests"
  type        = string
  nullable    = false
}

variable "model_package_group_name" {
  description = "Model package group whose approved versions are deployed"
  type        = string
  nullable    = false
}

variable "model_role_arn" {
  description = "Execution role of models and endpoints"
  type        = string
  nullable    = false
}

variable "pending_path" {
  description = "SSM path of the pending approvals"
  type        = string
  nullable    = false
}

variable "policy_parameter" {
  description = "SSM parameter of the approval policy"
  type        = string
  nullable    = false
}

variable "promotes_to" {
  description = "Account that versions are promoted to after staging; null: production is in this account"
  type        = string
  default     = null
}

variable "run_time_cleaner_name" {
  description = "Function that stops running deployments before the state machine is deleted"
  type        = string
  nullable    = false
}

variable "sample" {
  description = "Row of raw features (CSV) that the smoke test of a tabular model sends; null: the forecaster"
  type        = string
  default     = null

  validation {
    condition     = (var.sample == null) != (var.feature_group == null)
    error_message = "sample: expected a row without feature_group, and none with it."
  }
}

variable "silence_alarm_names" {
  description = "Alarms that a stopped production endpoint would raise"
  type        = list(string)
  nullable    = false
}
