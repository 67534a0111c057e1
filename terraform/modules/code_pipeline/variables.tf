variable "account_id" {
  description = "Account of the pipeline"
  type        = string
  nullable    = false
}

variable "approval_email" {
  description = "Address that receives the request for approval; \"\": nobody"
  type        = string
  default     = ""
  nullable    = false
}

variable "environment" {
  description = "Variables of `make plan` and `make deploy`, such as VARS"
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "log_retention_days" {
  description = "Retention of the builds' logs"
  type        = number
  default     = 30
  nullable    = false
}

variable "name" {
  description = "Name of the pipeline; all names begin with it"
  type        = string
  nullable    = false
}

variable "partition" {
  description = "Partition of AWS"
  type        = string
  default     = "aws"
  nullable    = false
}

variable "permissions_boundary_arn" {
  description = "Policy that limits the roles, where the organization requires one; null: none"
  type        = string
  default     = null
}

variable "region" {
  description = "Region of the pipeline"
  type        = string
  nullable    = false
}

variable "roles" {
  description = "Roles of the builds that plan and apply, which trust the projects NAME-plan and NAME-apply"
  type        = object({ apply = object({ arn = string, name = string }), plan = object({ arn = string, name = string }) })
  nullable    = false
}

variable "source_stage" {
  description = "Where the source is; each change of it starts the pipeline"
  type = object({
    branch         = optional(string, "main") # of a repository
    connection_arn = optional(string)         # CodeConnections: to GitHub, GitLab or Bitbucket
    kind           = string                   # connection, codecommit or s3 (source.zip in the bucket of the pipeline)
    repository     = optional(string)         # OWNER/NAME with a connection, else the name
  })
  nullable = false

  validation {
    condition     = contains(["connection", "codecommit", "s3"], var.source_stage.kind)
    error_message = "source_stage.kind: expected connection, codecommit or s3."
  }

  validation {
    condition     = var.source_stage.kind == "s3" || var.source_stage.repository != null
    error_message = "source_stage.repository: expected the name of the repository."
  }

  validation {
    condition     = var.source_stage.kind != "connection" || var.source_stage.connection_arn != null
    error_message = "source_stage.connection_arn: expected the ARN of a connection."
  }
}
