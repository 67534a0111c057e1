variable "foundation" {
  description = "Output of the module foundation"
  type = object({
    account_id  = string
    bucket_arn  = string
    bucket_name = string
    kms_key_arn = string
    partition   = string
    prefix      = string
    region      = string
  })
  nullable = false
}
