variable "foundation" {
  description = "Output of modules/foundation: the attributes used here"
  type = object({
    account_id            = string
    arns                  = map(string)
    bucket_arn            = string
    bucket_name           = string
    bus_name              = string
    kms_key_arn           = string
    log_retention_days    = number
    prefix                = string
    undelivered_queue_arn = string
  })
  nullable = false
}
