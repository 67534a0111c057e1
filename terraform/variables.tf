variable "alarm" {
  description = "Retrain when production is worse than its threshold in M (datapoints_to_alarm) of N (evaluation_periods) hours"
  type = object({
    datapoints_to_alarm = optional(number, 2)
    evaluation_periods  = optional(number, 3)
  })
  default  = {}
  nullable = false
}

variable "approval_policy" {
  description = "Who approves a model, for staging and again for production: manual (a person) or automatic"
  type        = string
  default     = "manual"
  nullable    = false
}

variable "artifacts_dir" {
  description = "Folder of the Lambda zips; null: where `make package` puts them"
  type        = string
  default     = null
}

variable "data" {
  description = "keep: `terraform destroy` refuses to delete a data bucket that holds something; expire_days: by folder of the bucket, {} for never"
  type = object({
    expire_days = optional(map(number), { dead-letters = 90, minutes = 30, raw = 365, set-aside = 90, training = 365 })
    keep        = optional(bool, false)
  })
  default  = {}
  nullable = false
}

variable "endpoints" {
  description = "Instances of the two endpoints"
  type = object({
    production_instance_count = optional(number, 1)
    production_instance_type  = optional(string, "ml.m5.large")
    staging_instance_type     = optional(string, "ml.m5.large")
  })
  default  = {}
  nullable = false
}

variable "engine" {
  description = "What makes rows of transactions: lambda (from the raw archive) or flink (from a stream, always on; needs `make flink-package`)"
  type        = string
  default     = "lambda"
  nullable    = false

  validation {
    condition     = contains(["flink", "lambda"], var.engine)
    error_message = "engine is lambda or flink."
  }
}

variable "features" {
  description = "When the offline store is compacted (null: never), days a row stays online, the version of the feature group that is read, and what later versions add: { v2 = { median_fee_1min = \"Fractional\" } }"
  type = object({
    compaction_schedule = optional(string, "cron(30 2 * * ? *)")
    online_days         = optional(number, 7)
    read_version        = optional(string, "v1")
    versions            = optional(map(map(string)), {})
  })
  default  = {}
  nullable = false
}

variable "flink" {
  description = "Of engine flink: the zip (null: where `make flink-package` puts it), how long the job waits for transactions, its size"
  type = object({
    allowed_lateness_minutes = optional(number, 15)
    package                  = optional(string)
    parallelism              = optional(number, 1)
    shards                   = optional(number, 1)
    watermark_delay_seconds  = optional(number, 60)
  })
  default  = {}
  nullable = false
}

variable "image_tag" {
  description = "Tag of the poller and forecaster images that `make images` pushes"
  type        = string
  default     = "latest"
  nullable    = false
}

variable "log_retention_days" {
  description = "Retention of every log group"
  type        = number
  default     = 30
  nullable    = false
}

variable "monitoring" {
  description = "Minutes a forecast reads before the minutes it is judged on, and minutes that rows may take to arrive"
  type = object({
    history_minutes = optional(number, 270)
    lag_minutes     = optional(number, 5)
  })
  default  = {}
  nullable = false
}

variable "network" {
  description = "Where the poller runs; null makes a small public network of its own"
  type = object({
    assign_public_ip   = optional(bool, false)
    security_group_ids = list(string)
    subnet_ids         = list(string)
  })
  default = null
}

variable "notification_email" {
  description = "Address that gets alarms and approval requests; null for none"
  type        = string
  default     = null
}

variable "poller" {
  description = "The source and how it is polled (poller/README.md); heal.hours: how far back an outage is healed where the source can; mapping is for http; simulator.hours null: endless, regime_change_hours null: never"
  type = object({
    desired_count = optional(number, 1)
    heal = optional(object({
      hours = optional(number, 6)
      url   = optional(string)
    }), {})
    mapping = optional(object({
      items     = optional(string, "")
      key       = string
      name      = string
      scale     = optional(number, 1)
      time      = optional(string)
      time_unit = optional(string, "s")
      value     = string
    }))
    poll_seconds = optional(number, 10)
    source       = optional(string, "blockchain")
    source_file  = optional(string)
    source_url   = optional(string)
    simulator = optional(object({
      hours               = optional(number)
      rate                = optional(number, 6)
      regime_change_hours = optional(number)
      seed                = optional(number, 0)
      start               = optional(string)
    }), {})
  })
  default  = {}
  nullable = false
}

variable "prefix" {
  description = "Start of every name: several deployments can share an account"
  type        = string
  default     = "evergreen"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,18}[a-z0-9]$", var.prefix))
    error_message = "prefix has 3 to 20 characters: small letters, digits and hyphens, a letter first, no hyphen last."
  }
}

variable "quality" {
  description = "What a model must reach to be registered, how its threshold follows from its backtest, how often the loop may train, and what a history must keep to be trained on (data)"
  type = object({
    cooldown_hours = optional(number, 6)
    daily_cap      = optional(number, 3)
    data = optional(object({
      maximum_constant_minutes   = optional(number, 60)
      maximum_gap_minutes        = optional(number, 180)
      maximum_interpolated_share = optional(number, 0.3)
      maximum_ratio_to_median    = optional(number, 10000)
      maximum_staleness_minutes  = optional(number, 60)
      minimum_completeness       = optional(number, 0.7)
    }), {})
    margin                 = optional(number, 0.1)
    maximum_loss           = optional(number, 1)
    maximum_ratio_to_naive = optional(number, 1)
    threshold_quantile     = optional(number, 0.95)
  })
  default  = {}
  nullable = false
}

variable "retraining" {
  description = "A regular retraining beside the alarm (a schedule expression, null: none); concurrency reserved for the trigger (-1: none)"
  type = object({
    reserved_concurrency = optional(number, -1)
    schedule             = optional(string)
  })
  default  = {}
  nullable = false
}

variable "training" {
  description = "Algorithm image (builtin DeepAR or our own), instances, history and hyperparameters; null: as the definition says"
  type = object({
    backtest_windows = optional(number)
    history_hours    = optional(number)
    hyperparameters = optional(object({
      context_length          = optional(number, 60)
      dropout_rate            = optional(number, 0.1)
      early_stopping_patience = optional(number, 10)
      epochs                  = optional(number, 40)
      learning_rate           = optional(number, 0.005)
      likelihood              = optional(string, "student-T")
      mini_batch_size         = optional(number, 32)
      num_cells               = optional(number, 40)
      num_layers              = optional(number, 1)
      prediction_length       = optional(number, 30)
    }), {})
    image                    = optional(string, "builtin")
    minimum_minutes          = optional(number)
    processing_instance_type = optional(string, "ml.m5.large")
    training_instance_type   = optional(string, "ml.c5.xlarge")
  })
  default  = {}
  nullable = false
}
