# What modules/foundation outputs, for the tests of the other modules (linked as <module>/tests/foundation.auto.tfvars).
foundation = {
  account_id = "123456789012"
  arns = {
    application-autoscaling = "arn:aws:application-autoscaling:eu-west-1:123456789012"
    athena                  = "arn:aws:athena:eu-west-1:123456789012"
    cloudwatch              = "arn:aws:cloudwatch:eu-west-1:123456789012"
    ecs                     = "arn:aws:ecs:eu-west-1:123456789012"
    events                  = "arn:aws:events:eu-west-1:123456789012"
    firehose                = "arn:aws:firehose:eu-west-1:123456789012"
    glue                    = "arn:aws:glue:eu-west-1:123456789012"
    iam                     = "arn:aws:iam::123456789012"
    kinesis                 = "arn:aws:kinesis:eu-west-1:123456789012"
    lambda                  = "arn:aws:lambda:eu-west-1:123456789012"
    logs                    = "arn:aws:logs:eu-west-1:123456789012"
    sagemaker               = "arn:aws:sagemaker:eu-west-1:123456789012"
    sns                     = "arn:aws:sns:eu-west-1:123456789012"
    sqs                     = "arn:aws:sqs:eu-west-1:123456789012"
    ssm                     = "arn:aws:ssm:eu-west-1:123456789012"
    states                  = "arn:aws:states:eu-west-1:123456789012"
  }
  bucket_arn             = "arn:aws:s3:::test-123456789012-eu-west-1"
  bucket_name            = "test-123456789012-eu-west-1"
  bus_arn                = "arn:aws:events:eu-west-1:123456789012:event-bus/test"
  bus_name               = "test"
  deepar_repository_arns = ["arn:aws:ecr:eu-west-1:224300973850:repository/forecasting-deepar"]
  kms_key_arn            = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000"
  log_retention_days     = 14
  metric_namespace       = "Evergreen/test"
  partition              = "aws"
  prefix                 = "test"
  region                 = "eu-west-1"
  runbook_url            = "docs/runbook.md"
  topic_arn              = "arn:aws:sns:eu-west-1:123456789012:test-alerts"
  undelivered_queue_arn  = "arn:aws:sqs:eu-west-1:123456789012:test-undelivered"
}
