variable "alarm" {
  description = "When a stage is in breach, which for production starts a retraining: M of N hours with a relative loss above the threshold"
  type = object({
    datapoints_to_alarm = optional(number, 2)   # M
    evaluation_periods  = optional(number, 3)   # N: the last hours that were measured
    harder_ratio        = optional(number, 1.5) # loss of the reference relative to the backtest, in six hours, that is reported
    release_periods     = optional(number, 3)   # hours in a row at or below the release level that end a breach
    release_ratio       = optional(number, 0.9) # release level as a share of the threshold
    smoothing_factor    = optional(number, 0.4) # weight of the newest hour in the moving average; 1: no average
    windows_per_reading = optional(number, 2)   # scores of an hour that the moving average is tuned for
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
    log_role     = optional(bool, false)      # true: the account has no role yet by which API Gateway writes logs; one deployment of an account creates it
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
    expire_days  = optional(map(number), { dead-letters = 90, notifications = 90 }) # days until objects expire, by top-level prefix; {}: never
    restore_days = optional(number, 30)                                             # days that overwritten and deleted objects can be restored; 0: for ever
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
  description = "Tag of the forecaster image, which has every model: the git commit that `make images` built"
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

variable "model" {
  description = "Tabular model of this deployment: a folder of sagemaker_pipelines with record.json and algorithm.py, such as abalone or linear_regression"
  type        = string
  nullable    = false

  validation {
    condition     = fileexists("${path.root}/../../sagemaker_pipelines/${var.model}/record.json")
    error_message = "model: got ${var.model}, expected a folder of sagemaker_pipelines with a record.json."
  }
}

variable "monitoring" {
  description = "Measurements of production by the requests and the ground truth of its clients"
  type = object({
    bake_readings = optional(list(number), [3, 6, 12]) # readings of a new version after which it is compared with the one it replaced; [] never
    jobs = optional(object({                           # compare the requests and predictions of hours with the baseline of the version
      analyses      = optional(set(string), ["data-quality", "drift", "model-quality"])
      instance_type = optional(string, "ml.t3.medium")
      schedule      = optional(string, "cron(20 0/6 * * ? *)")
      window_hours  = optional(number, 24)
    }), {})
    metrics         = optional(set(string), ["coverage", "mean_wql", "rmse"]) # published; modules of functions/common/forecast_metrics
    rows_per_window = optional(number, 10)                                    # rows with ground truth that one score is computed of
  })
  default  = {}
  nullable = false
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

variable "prefix" {
  description = "Prefix of all resource names; another one than that of the forecaster or of other models"
  type        = string
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

variable "quality" {
  description = "Quality policy. Terraform creates SSM parameters with these values under /<prefix>/quality"
  type = object({
    cooldown_hours = optional(number, 2) # hours between the starts of two automatic trainings; doubles while attempts promote nothing
    daily_cap      = optional(number, 6) # automatic trainings in 24 hours
    threshold = optional(object({
      policy = optional(string, "follow") # follow: from the version's windows; fixed: value; ratchet: like follow, with slack
      slack  = optional(number, 0.1)      # how far a version's threshold may be above that of the previous one, as a share
      value  = optional(number)           # relative loss, with policy fixed
    }), {})
  })
  default  = {}
  nullable = false
}

variable "retraining" {
  description = "Trainings in addition to those that production needs and new files start"
  type = object({
    on_drift = optional(bool, false) # a drift of features or predictions requests a training
    schedule = optional(string, "")  # schedule expression; "": none
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

variable "training" {
  description = "Where the data are, quality gate, hyperparameters and instance types; null: default of the model's folder"
  type = object({
    data_uri                 = optional(string)          # S3 URI of a CSV file or of a folder of them, or sample: the data that come with the model; null: training-data/ of the data bucket
    gate                     = optional(string)          # limit on the held-out rows: mae, mse, r2 or rmse with <= or >=, such as rmse<=2.4
    hyperparameters          = optional(map(string), {}) # of the model's algorithm
    processing_instance_type = optional(string, "ml.t3.medium")
    training_instance_type   = optional(string, "ml.m5.large")
    workflow                 = optional(string, "pipeline") # pipeline: a SageMaker pipeline; state_machine: the same steps on Step Functions
  })
  default  = {}
  nullable = false
}
