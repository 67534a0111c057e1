variable "artifacts_dir" {
  description = "Directory of the Lambda zips that `make package` builds"
  type        = string
  nullable    = false
}

variable "data" {
  description = "expire_days: days until objects expire, by top-level prefix; restore_days: days that overwritten and deleted objects can be restored, 0 for ever"
  type = object({
    expire_days  = map(number)
    restore_days = number
  })
  nullable = false

  validation {
    condition     = alltrue([for days in values(var.data.expire_days) : days >= 1 && floor(days) == days])
    error_message = "data.expire_days: expected an integer of at least 1 for each prefix."
  }

  validation {
    condition     = var.data.restore_days >= 0 && floor(var.data.restore_days) == var.data.restore_days
    error_message = "data.restore_days: expected an integer of at least 0."
  }

  # Endpoints read the artifacts of their version again whenever SageMaker replaces an instance, or after a rollback.
  validation {
    condition     = !contains(keys(var.data.expire_days), "training")
    error_message = "data.expire_days: got training, expected no expiration of the versions' artifacts."
  }
}

variable "deletion_protection" {
  description = "true: destroying the stack fails while the bucket contains objects"
  type        = bool
  nullable    = false
}

variable "log_retention_days" {
  description = "Retention of every log group except the decision log, which is kept for ten years"
  type        = number
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days: expected a retention that CloudWatch Logs supports, such as 7, 14, 30, 90 or 365."
  }
}

variable "permissions_boundary_arn" {
  description = "Policy that limits every role, where the organization requires one; null: none"
  type        = string
  default     = null
}

variable "prefix" {
  description = "Prefix of all resource names"
  type        = string
  nullable    = false
}

variable "promotes_to" {
  description = "Account that versions are promoted to, whose importer may read their files; null: none"
  type        = string
  default     = null
}

variable "runbook_url" {
  description = "Address of docs/runbook.md, which the descriptions of the alarms link"
  type        = string
  nullable    = false
}

variable "vpc_config" {
  description = "Output vpc_config of modules/private_network, passed on to what runs functions, jobs and endpoints; null: they use the network of AWS"
  type        = object({ interface_arns = list(string), security_group_ids = list(string), subnet_ids = list(string) })
  default     = null
}
