# The same of modules/code_pipeline, which terraform/delivery calls: policies.tftest.hcl explains the values.

provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

override_resource {
  target          = aws_kms_key.this
  override_during = plan
  values          = { arn = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000" }
}

override_resource {
  target          = aws_sns_topic.approvals
  override_during = plan
  values          = { policy = null }
}

variables {
  account_id   = "123456789012"
  name         = "delivery-evergreen"
  region       = "eu-west-1"
  roles        = { for kind in ["apply", "plan"] : kind => { arn = "arn:aws:iam::123456789012:role/delivery-evergreen-${kind}", name = "delivery-evergreen-${kind}" } }
  source_stage = { kind = "codecommit", repository = "evergreen" }
}

run "policies" {
  command = plan
}
