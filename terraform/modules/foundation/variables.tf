variable "artifacts_dir" {
  description = "Folder of the Lambda zips that `make package` writes"
  type        = string
  nullable    = false
}

variable "data" {
  description = "Whether the bucket refuses to be destroyed while it holds something, and after how many days a folder's objects expire"
  type = object({
    expire_days = map(number)
    keep        = bool
  })
  nullable = false

  validation {
    condition     = alltrue([for days in values(var.data.expire_days) : days >= 1 && floor(days) == days])
    error_message = "data.expire_days gives each folder a whole number of days, at least 1."
  }
}

variable "log_retention_days" {
  description = "Retention of every log group"
  type        = number
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days is a number that CloudWatch Logs knows, such as 7, 14, 30, 90 or 365."
  }
}

variable "notification_email" {
  description = "Address that gets alarms and approval requests; null for none"
  type        = string
  default     = null
}

variable "prefix" {
  description = "Start of every name"
  type        = string
  nullable    = false
}
