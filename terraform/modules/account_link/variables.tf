variable "accepts" {
  description = "Source and detail-type of the events that the other account may put on this bus"
  type        = object({ detail_type = string, source = string })
  nullable    = false
}

variable "account" {
  description = "The other account, with a deployment of the same prefix in the same region"
  type        = string
  nullable    = false

  validation {
    condition     = var.account != var.foundation.account_id
    error_message = "account: got ${var.account}, the account of this deployment; expected another one."
  }
}

variable "foundation" {
  description = "Output of modules/foundation: the attributes used here"
  type = object({
    account_id               = string
    bus_arn                  = string
    bus_name                 = string
    partition                = string
    permissions_boundary_arn = optional(string)
    prefix                   = string
    region                   = string
    undelivered_queue_arn    = string
  })
  nullable = false
}

variable "sends" {
  description = "Source and detail-type of the events of this bus that the other account receives"
  type        = object({ detail_type = string, source = string })
  nullable    = false
}
