variable "api" {
  description = "Limits and options of the API"
  type = object({
    burst_limit  = optional(number, 20)       # requests at once
    cors_origins = optional(list(string), []) # origins of web pages that may call the API, such as https://forms.example.com
    image_uri    = optional(string)           # container image of the function in ECR; null: the zip
    max_rows     = optional(number, 1000)     # rows or series of one request
    memory_mb    = optional(number, 512)      # of the function
    quota = optional(object({
      limit  = number # requests
      period = string # DAY, WEEK or MONTH
    }), { limit = 100000, period = "DAY" })
    rate_limit   = optional(number, 10)                        # requests per second
    release      = optional(string, "Canary10Percent5Minutes") # how requests go to a new version of the function, as in modules/api_release
    waf_requests = optional(number)                            # requests of an IP address in five minutes before the firewall blocks it; null: no firewall
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.api.rate_limit > 0 && var.api.burst_limit >= 1 && var.api.quota.limit >= 1
    error_message = "api: expected a positive rate_limit, and burst_limit and quota.limit of at least 1."
  }

  validation {
    condition     = contains(["DAY", "WEEK", "MONTH"], var.api.quota.period)
    error_message = "api.quota.period: expected DAY, WEEK or MONTH."
  }

  validation {
    condition     = var.api.max_rows >= 1 && floor(var.api.max_rows) == var.api.max_rows
    error_message = "api.max_rows: expected an integer of at least 1."
  }

  validation {
    condition     = alltrue([for origin in var.api.cors_origins : can(regex("^https?://[a-z0-9.-]+(:[0-9]+)?$", origin))])
    error_message = "api.cors_origins: expected origins such as https://forms.example.com, without a path."
  }

  validation {
    condition     = var.api.waf_requests == null ? true : var.api.waf_requests >= 10
    error_message = "api.waf_requests: expected at least 10, or null."
  }
}

variable "capture_percent" {
  description = "Share of the endpoint's requests in its data capture, in which a new version of the function finds its own"
  type        = number
  nullable    = false
}

variable "endpoint_name" {
  description = "Endpoint that predicts"
  type        = string
  nullable    = false
}

variable "forecast" {
  description = "What GET /forecast reads and requests; null: the API has no such route"
  type = object({
    feature_group     = object({ arn = string, name = string })
    history_minutes   = number
    prediction_length = number
    samples           = number
  })
  default = null
}

variable "foundation" {
  description = "Output of modules/foundation: the attributes used here"
  type = object({
    arns                     = map(string)
    bucket_arn               = string
    bucket_name              = string
    kms_key_arn              = string
    log_retention_days       = number
    metric_namespace         = string
    permissions_boundary_arn = optional(string)
    prefix                   = string
    runbook_url              = string
    topic_arn                = string
  })
  nullable = false
}

variable "function_defaults" {
  description = "Output of modules/foundation, passed on to modules/lambda_function"
  type        = any
  nullable    = false
}

variable "log_role_arn" {
  description = "Role of modules/api_logs, by which API Gateway writes access logs; null: the account has one"
  type        = string
  default     = null
}

variable "name" {
  description = "Name of the model, with hyphens: the API is <prefix>-<name>"
  type        = string
  nullable    = false
}

variable "record_file" {
  description = "record.json of the model: what it takes and answers (functions/predict/README.md)"
  type        = string
  nullable    = false
}
