variable "alarm" {
  description = "When a stage is in breach, which for production starts a retraining: M of N hours with a relative loss above the threshold"
  type = object({
    datapoints_to_alarm = optional(number, 2)   # M
    evaluation_periods  = optional(number, 3)   # N: the last hours that were measured
    harder_ratio        = optional(number, 1.5) # loss of the reference relative to the backtest, in six hours, that is reported
    release_periods     = optional(number, 3)   # hours in a row at or below the release level that end a breach
    release_ratio       = optional(number, 0.9) # release level as a share of the threshold
    smoothing_factor    = optional(number, 0.4) # weight of the newest hour in the moving average; 1: no average
    windows_per_reading = optional(number, 2)   # disjoint forecasts per hour
  })
  default  = {}
  nullable = false
}

variable "api" {
  description = "HTTP API of the model on production"
  type = object({
    burst_limit  = optional(number, 20)       # requests at once
    cors_origins = optional(list(string), []) # origins of web pages that may call the API, such as https://forms.example.com
    enabled      = optional(bool, true)       # false: no API
    image_uri    = optional(string)           # container image of the function in ECR (functions/predict/Dockerfile); null: the zip
    log_role     = optional(bool, true)       # false: the account already has a role by which API Gateway writes logs
    max_rows     = optional(number, 1000)     # rows or series of one request
    memory_mb    = optional(number, 512)      # of the function
    quota = optional(object({
      limit  = number # requests of a key
      period = string # DAY, WEEK or MONTH
    }), { limit = 100000, period = "DAY" })
    rate_limit   = optional(number, 10)                        # requests per second
    release      = optional(string, "Canary10Percent5Minutes") # how requests go to a new version of the function: a configuration of CodeDeploy; "": all at once
    waf_requests = optional(number)                            # requests of an IP address in five minutes before the firewall blocks it; null: no firewall
  })
  default  = {}
  nullable = false
}

variable "approval_policy" {
  description = "Who approves a model version for staging and again for production: manual (a person) or automatic"
  type        = string
  default     = "manual"
  nullable    = false
}

variable "artifacts_dir" {
  description = "Directory of the Lambda zips; null: build/functions, where `make package` writes them"
  type        = string
  default     = null
}

variable "batch" {
  description = "Scoring of files below batchdata/input/ of the data bucket"
  type = object({
    enabled        = optional(bool, true)            # false: files are not scored
    instance_count = optional(number, 1)             # instances that share the parts (32 MB) of the files
    instance_type  = optional(string, "ml.m5.large") # SageMaker instance type
    schedule       = optional(string, "")            # schedule expression by which new files are scored; "": each as it is uploaded
  })
  default  = {}
  nullable = false
}

variable "data" {
  description = "Retention of the data bucket"
  type = object({
    expire_days  = optional(map(number), { athena-results = 3, dead-letters = 90, minutes = 30, notifications = 90, raw = 365, rejected = 90 }) # days until objects expire, by top-level prefix; {}: never
    restore_days = optional(number, 30)                                                                                                         # days that overwritten and deleted objects can be restored; 0: for ever
  })
  default  = {}
  nullable = false
}

variable "deletion_protection" {
  description = "true: `terraform destroy` fails while the data bucket contains objects, and a deleted key can be restored for 30 days; `make destroy` asks for the prefix and lifts it"
  type        = bool
  default     = true
  nullable    = false
}

variable "endpoints" {
  description = "Endpoints: instances, data capture, autoscaling, and how production's requests go to a new version (docs/endpoints.md)"
  type = object({
    autoscaling = optional(object({                      # null: the number of instances stays
      invocations_per_instance   = number                # per minute, that scaling keeps
      max_capacity               = number                # instances
      min_capacity               = number                # instances
      scale_in_cooldown_seconds  = optional(number, 600) # before instances are taken away again
      scale_out_cooldown_seconds = optional(number, 300) # before more instances are added again
    }))
    capture_percent = optional(object({
      production = optional(number, 80)  # of requests and responses, in data-capture/production/; 0: none
      staging    = optional(number, 100) # the same in data-capture/staging/, at least 1
    }), {})
    latency_seconds           = optional(number, 5)              # mean of a minute that raises the latency alarms
    nginx                     = optional(bool, false)            # nginx before the model server of our image, for slow clients; Amazon DeepAR ignores it
    pre_traffic_check         = optional(bool, true)             # a version is tested with production's configuration before it serves
    production_instance_count = optional(number, 1)              # at least 1
    production_instance_type  = optional(string, "ml.t2.medium") # SageMaker instance type
    schedule = optional(object({                                 # production exists only at some hours; null: always
      start = string                                             # cron expression of EventBridge, UTC
      stop  = string                                             # the same, such as cron(0 20 * * ? *)
    }))
    serverless = optional(object({             # production without instances; null: instances
      max_concurrency = optional(number, 5)    # requests at a time
      memory_mb       = optional(number, 2048) # a multiple of 1024 up to 6144
    }))
    shift = optional(object({                          # null: all requests go to a new version at once
      kind                     = string                # canary or linear
      percent                  = number                # of the new instances: first step (canary) or each (linear)
      termination_wait_seconds = optional(number, 600) # watching the alarms after the last step
      wait_seconds             = optional(number, 600) # watching the alarms at each step
    }))
    staging_always_on     = optional(bool, false)            # false: staging exists only during its deployment and smoke test
    staging_instance_type = optional(string, "ml.t2.medium") # SageMaker instance type
  })
  default  = {}
  nullable = false
}

variable "engine" {
  description = "Engine that computes minute rows: lambda (from the raw archive) or flink (from a stream, always running; requires `make flink-package`)"
  type        = string
  default     = "lambda"
  nullable    = false

  validation {
    condition     = contains(["flink", "lambda"], var.engine)
    error_message = "engine: expected lambda or flink."
  }
}

variable "features" {
  description = "Feature Store"
  type = object({
    compaction_schedule = optional(string, "cron(30 2 * * ? *)") # when small files of the offline store are merged; "": never
    online_days         = optional(number, 7)                    # days that a row stays in the online store
    read_version        = optional(string, "v1")                 # version of the feature group that training and monitoring read
    versions            = optional(map(map(string)), {})         # features that later versions add, such as { v2 = { median_fee_1min = "Fractional" } }
  })
  default  = {}
  nullable = false
}

variable "flink" {
  description = "Streaming job, with engine flink"
  type = object({
    allowed_lateness_minutes = optional(number, 15) # minutes after the watermark in which late transactions still count
    package                  = optional(string)     # zip of the job; null: build/flink/streaming.zip, where `make flink-package` writes it
    parallelism              = optional(number, 1)  # parallelism of the job, one KPU each
    shards                   = optional(number, 1)  # shards of the stream of transactions
    watermark_delay_seconds  = optional(number, 60) # how far the watermark is behind the newest transaction
  })
  default  = {}
  nullable = false
}

variable "image_builder" {
  description = "Who builds the images in `make deploy`: docker (on this machine) or codebuild (on AWS, modules/image_builder)"
  type        = string
  default     = "docker"
  nullable    = false

  validation {
    condition     = contains(["codebuild", "docker"], var.image_builder)
    error_message = "image_builder: expected docker or codebuild."
  }
}

variable "image_tag" {
  description = "Tag of the poller and forecaster images: the git commit that `make images` built"
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$", var.image_tag)) && var.image_tag != "latest"
    error_message = "image_tag: expected an immutable tag such as a git commit, not latest."
  }
}

variable "log_retention_days" {
  description = "Retention of every log group except the decision log, which is kept for ten years"
  type        = number
  default     = 30
  nullable    = false
}

variable "monitoring" {
  description = "Forecast requests of monitor, smoke test and backtest"
  type = object({
    baseline_days    = optional(number, 7)                # days of features before a training that its version is compared with
    bake_readings    = optional(list(number), [3, 6, 12]) # readings of a new version after which it is compared with the one it replaced; [] never
    forecast_samples = optional(number, 200)              # sample paths per forecast, also in the backtest that sets the threshold
    history_minutes  = optional(number, 270)              # history in a forecast request
    lag_minutes      = optional(number, 5)                # minutes until rows are considered complete
    jobs = optional(object({                              # compare the data and forecasts of hours with the baseline of the version
      analyses      = optional(set(string), ["data-quality", "drift", "model-quality"])
      instance_type = optional(string, "ml.t3.medium")
      schedule      = optional(string, "cron(20 0/6 * * ? *)")
      window_hours  = optional(number, 24)
    }), {})
    metrics = optional(set(string), ["calibration", "coverage", "mase", "mean_wql", "pit", "rmse"]) # published; modules of functions/common/forecast_metrics
    stages  = optional(set(string), ["production"])                                                 # production, and optionally staging, whose alarms only send messages
  })
  default  = {}
  nullable = false

  validation {
    condition = alltrue([
      for name, range in {
        forecast_samples = [1, 10000]
        history_minutes  = [30, 2880]
        lag_minutes      = [1, 240]
      } : var.monitoring[name] >= range[0] && var.monitoring[name] <= range[1] && floor(var.monitoring[name]) == var.monitoring[name]
    ])
    error_message = "monitoring: expected integers: forecast_samples 1 to 10000, history_minutes 30 to 2880, lag_minutes 1 to 240."
  }

  validation {
    condition     = contains(var.monitoring.stages, "production") && length(setsubtract(var.monitoring.stages, ["production", "staging"])) == 0
    error_message = "monitoring.stages: expected production, or production and staging."
  }

  validation {
    condition     = !contains(var.monitoring.stages, "staging") || var.endpoints.staging_always_on
    error_message = "monitoring.stages: got staging, expected it only with endpoints.staging_always_on = true."
  }
}

variable "network" {
  description = "Existing network for the poller; null creates a small public network"
  type = object({
    assign_public_ip   = optional(bool, false) # required in public subnets
    security_group_ids = list(string)          # must allow egress to AWS (TCP port 443) and to the source
    subnet_ids         = list(string)          # subnets with a route to the internet
  })
  default = null
}

variable "notification_email" {
  description = "Address for alarms and approval requests; null: none"
  type        = string
  default     = null
}

variable "notifications" {
  description = "Besides the mails to notification_email (docs/notifications.md)"
  type = object({
    approval_links = optional(bool, false) # mails that request an approval have a link to decide by
    budget_usd     = optional(number)      # budget of a month, with an alert at 80 % of it and if the forecast exceeds it; null: none
    chat           = optional(bool, false) # the messages go to the webhook in the SecureString /<prefix>/notifications/chat-webhook as well
  })
  default  = {}
  nullable = false
}

variable "operator_principals" {
  description = "ARNs of the users and roles that may assume the operator role; empty: everybody in the account whom IAM allows to"
  type        = list(string)
  default     = []
  nullable    = false
}

variable "permissions_boundary_arn" {
  description = "Permissions boundary of every role of the deployment, where the organization requires one; null: none"
  type        = string
  default     = null
}

variable "poller" {
  description = "Source of transactions (see poller/README.md)"
  type = object({
    backfill = optional(object({
      hours = optional(number, 6) # how far back gaps are filled from the source; 0: never
      url   = optional(string)    # history of the source; contains {since} with source http
    }), {})
    desired_count = optional(number, 1) # 1, or 0 to stop polling
    mapping = optional(object({
      items     = optional(string, "")            # JSON pointer to the list of items
      key       = string                          # JSON pointer in an item: its id
      name      = string                          # name of the stream
      scale     = optional(number, 1)             # factor from value to satoshi
      time      = optional(string)                # JSON pointer in an item: its time; null: time of the poll
      time_unit = optional(string, "s")           # s, ms or iso
      value     = string                          # JSON pointer in an item: the value to forecast
    }))                                           # fields of the source http
    poll_seconds = optional(number, 10)           # interval of polls
    source       = optional(string, "blockchain") # blockchain, mempool, http, replay or simulator
    source_file  = optional(string)               # file or s3:// URI to replay
    source_url   = optional(string)               # URL of the source; null: its public API
    simulator = optional(object({
      hours               = optional(number)    # length of the stream; null: endless
      rate                = optional(number, 6) # transactions per second
      regime_change_hours = optional(number)    # hours until the behavior changes; null: never
      seed                = optional(number, 0) # seed of the random numbers
      start               = optional(string)    # ISO time of the first transaction; null: now
    }), {})
  })
  default  = {}
  nullable = false
}

variable "prefix" {
  description = "Prefix of all resource names; several deployments can share an account"
  type        = string
  default     = "evergreen"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,18}[a-z0-9]$", var.prefix))
    error_message = "prefix: expected 3 to 20 lowercase letters, digits and hyphens, starting with a letter and not ending with a hyphen."
  }

  validation {
    condition     = !can(regex("^(aws|ssm)", var.prefix))
    error_message = "prefix: expected a name that does not begin with aws or ssm, which Parameter Store reserves."
  }
}

variable "private_network" {
  description = "Existing subnets for functions, jobs, endpoints and the streaming job, which then reach AWS by VPC endpoints only; null: the network of AWS. The poller has `network`"
  type = object({
    existing_endpoints = optional(map(string), {}) # security groups of the endpoints that the VPC already has, such as { ssm = "sg-…", s3 = "" }; the others are created
    route_table_ids    = list(string)              # route tables of the subnets, which get the route to S3
    subnet_ids         = list(string)              # subnets, each in another Availability Zone
    vpc_id             = string                    # VPC of the subnets, with DNS support and DNS host names
  })
  default = null
}

variable "promotion" {
  description = "Staging and production in two accounts, with the same prefix and region (docs/promotion.md); null: both in this one"
  type = object({
    from = optional(string) # in the account of production: the account that trains, and promotes versions here
    to   = optional(string) # in the account of staging: the account whose production gets the versions
  })
  default = null

  validation {
    condition     = var.promotion == null ? true : length(compact([var.promotion.from, var.promotion.to])) == 1 && can(regex("^[0-9]{12}$", coalesce(var.promotion.from, var.promotion.to)))
    error_message = "promotion: expected either from or to, the 12 digits of the other account."
  }
}

variable "quality" {
  description = "Quality policy. Terraform creates SSM parameters with these values under /<prefix>/quality"
  type = object({
    cooldown_hours = optional(number, 2) # hours between the starts of two automatic trainings; doubles while attempts promote nothing
    daily_cap      = optional(number, 6) # automatic trainings in 24 hours
    data = optional(object({
      maximum_constant_minutes   = optional(number, 60)    # longest run of one value
      maximum_gap_minutes        = optional(number, 180)   # longest run of missing minutes
      maximum_interpolated_share = optional(number, 0.3)   # share of missing minutes that DeepAR interpolates
      maximum_ratio_to_median    = optional(number, 10000) # highest value divided by the median
      maximum_staleness_minutes  = optional(number, 60)    # age of the newest minute
      minimum_completeness       = optional(number, 0.7)   # share of minutes with a value
    }), {})
    threshold = optional(object({
      production = optional(object({
        policy = optional(string, "follow") # follow: from the version's windows; fixed: value; ratchet: like follow, with slack
        slack  = optional(number, 0.1)      # how far a version's threshold may be above that of the previous one, as a share
        value  = optional(number)           # relative loss, with policy fixed
      }), {})
      staging = optional(object({
        policy = optional(string, "follow")
        slack  = optional(number, 0.1)
        value  = optional(number)
      }), {})
    }), {})
  })
  default  = {}
  nullable = false
}

variable "retraining" {
  description = "Trainings in addition to those that production needs"
  type = object({
    on_drift = optional(bool, false)                 # a drift of features or forecasts requests a training
    schedule = optional(string, "cron(0 3 1 * ? *)") # schedule expression, by default monthly; "": none
  })
  default  = {}
  nullable = false
}

variable "runbook_url" {
  description = "Address of docs/runbook.md as the operators can open it; the descriptions of the alarms link its sections"
  type        = string
  default     = "docs/runbook.md"
  nullable    = false
}

variable "tracking" {
  description = "Where trainings are logged besides the data bucket (docs/experiments.md)"
  type = object({
    server_size = optional(string) # creates a managed MLflow tracking server: Small, Medium or Large
    uri         = optional(string) # existing MLflow server: http(s)://…, or the ARN of a managed tracking server
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.tracking.uri == null ? true : length(var.tracking.uri) <= 256 && can(regex("^(https?://[^/@[:space:]]+(/[^@[:space:]]*)?|arn:aws[a-z-]*:sagemaker:[a-z0-9-]+:[0-9]{12}:mlflow-tracking-server/[a-zA-Z0-9-]+)$", var.tracking.uri))
    error_message = "tracking.uri: expected a URL without credentials, or the ARN of a managed MLflow tracking server, of at most 256 characters."
  }

  validation {
    condition     = var.tracking.server_size == null ? true : var.tracking.uri == null && contains(["Small", "Medium", "Large"], var.tracking.server_size)
    error_message = "tracking.server_size: expected Small, Medium or Large, without a uri."
  }
}

variable "training" {
  description = "Training pipeline. Hyperparameters become SSM parameters under /<prefix>/training/hyperparameters"
  type = object({
    bias_groups   = optional(string)                                                                              # groups of the bias report, separated by semicolons: hour_of_day, weekday, or level or step (minutes ahead) with limits, such as step:10,20; null: default of the pipeline
    candidates    = optional(list(string), ["deepar", "ensemble", "ensemble_recent", "gradient_boosting_recent"]) # at most 6 algorithms of the image (deepar, ensemble, ets, gradient_boosting, your own); with _recent: trained on the newest 300 minutes only
    cat           = optional(list(number), [])                                                                    # static features of the stream, a category of each grouping, with image own; for requests and trainings whose series name none (docs/extending.md)
    history_hours = optional(number)                                                                              # hours of history to train on; null: default of the pipeline
    hyperparameters = optional(object({
      context_length          = optional(number, 60)          # minutes before the forecast that the network reads
      dropout_rate            = optional(number, 0.1)         # between 0 and 1
      early_stopping_patience = optional(number, 10)          # epochs without improvement until training stops
      epochs                  = optional(number, 40)          # maximum
      learning_rate           = optional(number, 0.005)       # of the optimizer
      likelihood              = optional(string, "student-T") # student-T, gaussian or negative-binomial
      mini_batch_size         = optional(number, 32)          # windows per step
      num_cells               = optional(number, 40)          # LSTM cells per layer
      num_layers              = optional(number, 1)           # LSTM layers
      prediction_length       = optional(number, 30)          # minutes to forecast
    }), {})
    image                    = optional(string, "builtin")     # builtin (Amazon DeepAR) or own (our image)
    instance_count           = optional(number, 1)             # instances of each DeepAR training, at most 20; 1 is enough for one series; with private_network 1
    minimum_minutes          = optional(number)                # minutes with data that a training requires; null: default of the pipeline
    processing_instance_type = optional(string, "ml.m5.large") # SageMaker instance type
    spot = optional(object({
      enabled          = optional(bool, false) # train on spot instances, which cost less and may be interrupted
      max_wait_minutes = optional(number, 60)  # minutes until a training must be complete, with waiting for capacity; at most 60 with image builtin
    }), {})
    training_instance_type = optional(string, "ml.c5.xlarge") # SageMaker instance type
    tuning = optional(object({
      jobs     = optional(number, 8) # trainings of the search
      parallel = optional(number, 2) # of them at a time
    }))                              # adds the candidate deepar_tuned, whose hyperparameters a search finds in every training; null: none
  })
  default  = {}
  nullable = false
}
