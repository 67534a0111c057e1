variable "account" {
  description = "Account that trains and promotes the versions"
  type        = string
  nullable    = false
}

variable "foundation" {
  description = "Output of modules/foundation: the attributes used here"
  type = object({
    arns                   = map(string)
    bucket_arn             = string
    bucket_name            = string
    bus_name               = string
    deepar_repository_arns = list(string)
    event_policies         = map(string)
    partition              = string
    prefix                 = string
    region                 = string
  })
  nullable = false
}

variable "function_defaults" {
  description = "Output of modules/foundation, passed on to modules/lambda_function"
  type        = any
  nullable    = false
}

variable "list_versions_policy" {
  description = "IAM policy (JSON) to list the versions of this account"
  type        = string
  nullable    = false
}

variable "model_package_group_name" {
  description = "Model package group of the versions, in both accounts"
  type        = string
  nullable    = false
}

variable "promoted_pattern" {
  description = "Event pattern (JSON) of the promotions, which modules/account_link accepts"
  type        = string
  nullable    = false
}

variable "repository" {
  description = "ECR repository of the forecaster image in this account: arn and url"
  type        = object({ arn = string, url = string })
  nullable    = false
}
