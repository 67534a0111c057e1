variable "baseline_days" {
  description = "Days of features before a training that monitoring compares its version with"
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = var.baseline_days >= 1 && var.baseline_days <= 90
    error_message = "baseline_days: expected 1 to 90."
  }
}

variable "definition_file" {
  description = "Pipeline definition that `python -m sagemaker_pipelines.training` renders"
  type        = string
  nullable    = false

  validation {
    condition     = fileexists(var.definition_file)
    error_message = "${var.definition_file} is missing: run `python -m sagemaker_pipelines.training`."
  }
}

variable "feature_group" {
  description = "Feature group with the history: name and arn"
  type        = object({ arn = string, name = string })
  nullable    = false
}

variable "forecast" {
  description = "Forecast requests of backtest and monitor"
  type = object({
    lag_minutes     = number # minutes until rows are considered complete
    request_minutes = number # minutes of history in a request
    samples         = number # sample paths per forecast
  })
  nullable = false
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

variable "image" {
  description = "Image of the processing steps, with tag; also for training if training.image is own"
  type        = string
  nullable    = false
}

variable "model_package_group_name" {
  description = "Model package group that the pipeline registers models in"
  type        = string
  nullable    = false
}

variable "quality" {
  description = "Values of the SSM parameters under quality/policy/ and quality/data/"
  type = object({
    cooldown_hours = number
    daily_cap      = number
    data = object({
      maximum_constant_minutes   = number
      maximum_gap_minutes        = number
      maximum_interpolated_share = number
      maximum_ratio_to_median    = number
      maximum_staleness_minutes  = number
      minimum_completeness       = number
    })
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

  validation {
    condition     = alltrue([for share in [var.quality.data.maximum_interpolated_share, var.quality.data.minimum_completeness] : share >= 0 && share <= 1])
    error_message = "quality.data.maximum_interpolated_share, quality.data.minimum_completeness: expected 0 to 1."
  }

  validation {
    condition     = alltrue([for name, limit in var.quality.data : limit >= 0])
    error_message = "quality.data: expected no negative limit."
  }
}

variable "repository_arn" {
  description = "ECR repository of the forecaster image"
  type        = string
  nullable    = false
}

variable "tracking" {
  description = "MLflow server to which the jobs log: its URL, or the ARN of a managed tracking server; null: none. Whether its artifacts are below mlflow/ of the data bucket"
  type = object({
    uri              = optional(string)
    writes_artifacts = optional(bool, false)
  })
  default  = {}
  nullable = false
}

variable "training" {
  description = "Groups of the bias report, candidates, DeepAR image (builtin or own), instance types, history and hyperparameters; null: default of the definition"
  type = object({
    bias_groups   = optional(string)
    candidates    = list(string)
    cat           = optional(list(number), [])
    history_hours = number
    hyperparameters = object({
      context_length          = number
      dropout_rate            = number
      early_stopping_patience = number
      epochs                  = number
      learning_rate           = number
      likelihood              = string
      mini_batch_size         = number
      num_cells               = number
      num_layers              = number
      prediction_length       = number
    })
    image                    = string
    instance_count           = optional(number, 1)
    minimum_minutes          = number
    processing_instance_type = string
    spot = optional(object({
      enabled          = bool
      max_wait_minutes = number
    }), { enabled = false, max_wait_minutes = 60 })
    training_instance_type = string
    tuning = optional(object({
      jobs     = number
      parallel = number
    }))
  })
  nullable = false

  validation {
    condition     = alltrue([for group in split(";", coalesce(var.training.bias_groups, ";")) : can(regex("^(hour_of_day|weekday|(level|step):[0-9.]+(,[0-9.]+)*)?$", group))])
    error_message = "training.bias_groups: expected hour_of_day, weekday, or level or step with limits such as step:10,20, separated by semicolons."
  }

  validation {
    condition     = length(var.training.candidates) >= 1 && length(concat(var.training.candidates, var.training.tuning[*])) <= 6 && length(distinct(var.training.candidates)) == length(var.training.candidates)
    error_message = "training.candidates: expected 1 to 6 different names, with training.tuning to 5; each costs jobs in every training."
  }

  validation {
    condition = alltrue([
      for name in var.training.candidates :
      trimsuffix(name, "_recent") != "reference" && fileexists("${dirname(var.definition_file)}/../container/algorithms/${trimsuffix(name, "_recent")}/algorithm.py")
    ])
    error_message = "training.candidates: expected algorithms of the image, folders of sagemaker_pipelines/container/algorithms such as deepar or ets but not reference, each with _recent or without."
  }

  validation {
    condition     = length(var.training.cat) <= 100 && alltrue([for number in var.training.cat : number >= 0 && number < 100000 && floor(number) == number])
    error_message = "training.cat: expected at most 100 integers from 0 to 99999, a category of each grouping."
  }

  validation {
    condition     = length(var.training.cat) == 0 || var.training.image == "own"
    error_message = "training.cat: got ${jsonencode(var.training.cat)} with training.image ${var.training.image}, expected image own: Amazon DeepAR has no categories for requests that name none."
  }

  # SageMaker refuses a key for the volumes of instances with local storage.
  validation {
    condition     = !anytrue([for type in [var.training.processing_instance_type, var.training.training_instance_type] : can(regex("^ml\\.([gp][0-9]|trn|inf|[a-z]+[0-9]+[a-z]*d)", type))])
    error_message = "training.processing_instance_type, training.training_instance_type: expected types without local storage (not ml.m5d or ml.g5): their volumes are encrypted by the key."
  }

  validation {
    condition     = var.training.instance_count >= 1 && var.training.instance_count <= 20 && floor(var.training.instance_count) == var.training.instance_count
    error_message = "training.instance_count: expected an integer from 1 to 20."
  }

  validation {
    condition     = contains(["builtin", "own"], var.training.image)
    error_message = "training.image: expected builtin or own."
  }

  validation {
    condition     = contains(["gaussian", "negative-binomial", "student-T"], var.training.hyperparameters.likelihood)
    error_message = "training.hyperparameters.likelihood: expected student-T, gaussian or negative-binomial."
  }
  # The ranges of functions/common/hyperparameters.py.
  validation {
    condition = alltrue([
      for name, range in {
        context_length          = [1, 10000]
        early_stopping_patience = [1, 10000]
        epochs                  = [1, 10000]
        mini_batch_size         = [1, 4096]
        num_cells               = [1, 1024]
        num_layers              = [1, 8]
        prediction_length       = [1, 400]
      } : var.training.hyperparameters[name] >= range[0] && var.training.hyperparameters[name] <= range[1] && floor(var.training.hyperparameters[name]) == var.training.hyperparameters[name]
    ])
    error_message = "training.hyperparameters: expected integers: context_length, early_stopping_patience, epochs 1 to 10000; mini_batch_size 1 to 4096; num_cells 1 to 1024; num_layers 1 to 8; prediction_length 1 to 400."
  }

  validation {
    condition     = var.training.hyperparameters.dropout_rate >= 0 && var.training.hyperparameters.dropout_rate <= 0.9
    error_message = "training.hyperparameters.dropout_rate: expected 0 to 0.9."
  }

  validation {
    condition     = var.training.hyperparameters.learning_rate >= 0.000001 && var.training.hyperparameters.learning_rate <= 1
    error_message = "training.hyperparameters.learning_rate: expected 0.000001 to 1."
  }

  validation {
    condition     = alltrue([for budget in var.training.tuning[*] : budget.jobs >= 1 && budget.jobs <= 100 && budget.parallel >= 1 && budget.parallel <= min(10, budget.jobs) && floor(budget.jobs) == budget.jobs && floor(budget.parallel) == budget.parallel])
    error_message = "training.tuning: expected integers: jobs 1 to 100, parallel 1 to 10 and not above jobs."
  }

  # SageMaker's limit for algorithms that write no checkpoints, such as Amazon DeepAR, is 3600 seconds.
  validation {
    condition     = var.training.spot.max_wait_minutes >= 5 && var.training.spot.max_wait_minutes <= (var.training.image == "builtin" ? 60 : 1440) && floor(var.training.spot.max_wait_minutes) == var.training.spot.max_wait_minutes
    error_message = "training.spot.max_wait_minutes: expected an integer from 5 to 60, with training.image own to 1440."
  }

  validation {
    condition     = var.training.history_hours == null ? true : var.training.history_hours >= 1 && var.training.history_hours <= 8760
    error_message = "training.history_hours: expected 1 to 8760."
  }

  validation {
    condition     = var.training.minimum_minutes == null ? true : var.training.minimum_minutes >= 1 && var.training.minimum_minutes <= 525600
    error_message = "training.minimum_minutes: expected 1 to 525600."
  }
}
