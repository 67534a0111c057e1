# The same of modules/import, which only the account of production has: policies.tftest.hcl explains the values.

provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

variables {
  account                  = "210987654321"
  list_versions_policy     = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
  model_package_group_name = "test-models"
  promoted_pattern         = "{}"
  repository               = { arn = "arn:aws:ecr:eu-west-1:123456789012:repository/test-forecaster", url = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/test-forecaster" }
}

run "policies" {
  command = plan
}
