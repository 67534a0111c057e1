variable "approval_page_url" {
  description = "Output page_url of modules/approval_page, to which mails that request an approval link; null: no links"
  type        = string
  default     = null
}

variable "budget_usd" {
  description = "Budget of a month in USD: an alert when 80 % of it is spent, or when the forecast exceeds it; null: no budget"
  type        = number
  default     = null

  validation {
    condition     = var.budget_usd == null ? true : var.budget_usd > 0
    error_message = "budget_usd: expected a positive amount, or null."
  }
}

variable "chat" {
  description = "Post messages to the webhook in the SecureString /<prefix>/notifications/chat-webhook as well"
  type        = bool
  default     = false
  nullable    = false
}

variable "email" {
  description = "Address of the mails; null: none"
  type        = string
  default     = null
}

variable "foundation" {
  description = "Output of modules/foundation: the attributes used here"
  type = object({
    arns        = map(string)
    bucket_arn  = string
    bucket_name = string
    kms_key_arn = string
    prefix      = string
    topic_arn   = string
  })
  nullable = false
}

variable "function_defaults" {
  description = "Output of modules/foundation, passed on to modules/lambda_function"
  type        = any
  nullable    = false
}

variable "pending_path" {
  description = "SSM path of pending approvals"
  type        = string
  nullable    = false
}
