variable "deployment_boundary_arn" {
  description = "Permissions boundary that every role of the deployment must have (its variable permissions_boundary_arn); null: none must"
  type        = string
  default     = null
}

variable "github" {
  description = "Repository whose workflows plan and apply (.github/workflows); null: none"
  type = object({
    apply_environment = optional(string, "production") # GitHub environment of the job that applies; give it reviewers
    create_provider   = optional(bool, true)           # false: the account has the identity provider of GitHub already
    plan_environment  = optional(string, "plan")       # GitHub environment of the job that plans
    repository        = string                         # OWNER/NAME
  })
  default = null

  validation {
    condition     = var.github == null || can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.github.repository))
    error_message = "github.repository: expected OWNER/NAME."
  }

  validation {
    condition     = var.github == null || try(var.github.apply_environment != var.github.plan_environment, false)
    error_message = "github: expected different environments, because the one that plans has no reviewers."
  }
}

variable "permissions_boundary_arn" {
  description = "Policy that limits both roles, where the organization requires one; null: none"
  type        = string
  default     = null
}

variable "pipeline" {
  description = "Pipeline on AWS (modules/code_pipeline); null: none"
  type = object({
    approval_email     = optional(string, "") # receives the request for approval; "": nobody
    deploy_args        = optional(string, "") # further options of `make deploy`, such as --retrain
    log_retention_days = optional(number, 30) # of the builds
    model              = optional(string, "") # tabular model to deploy; "": the forecaster
    vars_file          = optional(string, "") # file of variables in the repository, such as production.tfvars; "": none
    source_stage = object({
      branch         = optional(string, "main") # of a repository
      connection_arn = optional(string)         # CodeConnections: to GitHub, GitLab or Bitbucket
      kind           = string                   # connection, codecommit or s3 (source.zip in the bucket of the pipeline)
      repository     = optional(string)         # OWNER/NAME with a connection, else the name
    })
  })
  default = null
}

variable "prefix" {
  description = "Prefix of the deployment that is planned and applied; names here begin with delivery-PREFIX"
  type        = string
  default     = "evergreen"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,19}$", var.prefix)) && !startswith(var.prefix, "delivery")
    error_message = "prefix: expected that of the deployment, which does not begin with delivery."
  }
}
