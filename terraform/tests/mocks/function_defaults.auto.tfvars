# What modules/foundation outputs for functions (linked as <module>/tests/function_defaults.auto.tfvars).
function_defaults = {
  arns = {
    events = "arn:aws:events:eu-west-1:123456789012"
    lambda = "arn:aws:lambda:eu-west-1:123456789012"
    logs   = "arn:aws:logs:eu-west-1:123456789012"
    sqs    = "arn:aws:sqs:eu-west-1:123456789012"
  }
  artifacts_dir      = "../../../build/functions"
  bucket_name        = "test-123456789012-eu-west-1"
  bus_name           = "test"
  key_alias          = "alias/test"
  kms_key_arn        = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000"
  log_retention_days = 14
  metric_namespace   = "Evergreen/test"
  partition          = "aws"
  prefix             = "test"
  region             = "eu-west-1"
  runbook_url        = "docs/runbook.md"
  topic_arn          = "arn:aws:sns:eu-west-1:123456789012:test-alerts"
}
