variable "api_key_ids" {
  description = "Keys of the HTTP APIs, which the role may read"
  type        = list(string)
  default     = []
  nullable    = false
}

variable "dead_letter_queues" {
  description = "Dead-letter queues: name, and whether the function of the queue may be invoked again with its messages"
  type = list(object({
    name     = string
    redriven = bool
  }))
  nullable = false
}

variable "decision_log_group" {
  description = "Log group of the decision log"
  type        = string
  nullable    = false
}

variable "foundation" {
  description = "Output of modules/foundation: the attributes used here"
  type = object({
    arns                     = map(string)
    bucket_arn               = string
    event_policies           = map(string)
    kms_key_arn              = string
    partition                = string
    permissions_boundary_arn = optional(string)
    prefix                   = string
    region                   = string
    topic_arn                = string
  })
  nullable = false
}

variable "invoked_functions" {
  description = "Names of the functions that commands invoke"
  type        = list(string)
  nullable    = false
}

variable "kinesis_stream_names" {
  description = "Streams that dead letters are read from and sent to, with engine flink"
  type        = list(string)
  default     = []
  nullable    = false
}

variable "list_versions_policy" {
  description = "IAM policy (JSON) to list the model versions"
  type        = string
  nullable    = false
}

variable "model_package_group_name" {
  description = "Model package group"
  type        = string
  nullable    = false
}

variable "paused" {
  description = "What `evergreen pause` switches off: alarms and schedules, by name"
  type = object({
    alarms    = list(string)
    schedules = list(string)
  })
  nullable = false
}

variable "pending_path" {
  description = "SSM path of pending approvals"
  type        = string
  nullable    = false
}

variable "principals" {
  description = "ARNs of the users and roles that may assume the role; empty: everybody in the account whom IAM allows to"
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.principals : can(regex("^arn:[a-z-]+:(iam|sts)::[0-9]{12}:", arn))])
    error_message = "principals: expected ARNs of IAM users or roles."
  }
}

variable "query" {
  description = "IAM policy (JSON) to run SQL queries; null: there are no tables"
  type        = object({ policy = string })
  default     = null
}

variable "state_machine_arn" {
  description = "State machine that deploys versions"
  type        = string
  nullable    = false
}

variable "stream_names" {
  description = "Firehose streams that dead letters are sent to"
  type        = list(string)
  nullable    = false
}

variable "training_workflow_arn" {
  description = "SageMaker pipeline or state machine of trainings"
  type        = string
  nullable    = false
}
