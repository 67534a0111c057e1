# The same of terraform/tabular, trained by a state machine: policies.tftest.hcl explains the values.

provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

override_data {
  target = module.foundation.data.aws_caller_identity.this
  values = { account_id = "123456789012" }
}

override_data {
  target = module.foundation.data.aws_ssm_parameters_by_path.operations
  values = { names = [] }
}

override_resource {
  target          = module.foundation.aws_kms_key.this
  override_during = plan
  values          = { arn = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000" }
}

override_resource {
  target          = module.foundation.aws_cloudwatch_event_bus.this
  override_during = plan
  values          = { arn = "arn:aws:events:eu-west-1:123456789012:event-bus/abalone" }
}

override_resource {
  target          = module.foundation.aws_ecr_repository.this
  override_during = plan
  values          = { arn = "arn:aws:ecr:eu-west-1:123456789012:repository/abalone-image" }
}

override_resource {
  target          = module.foundation.aws_sns_topic.alerts
  override_during = plan
  values          = { arn = "arn:aws:sns:eu-west-1:123456789012:abalone" }
}

override_resource {
  target          = module.register.module.model_role.aws_iam_role.this
  override_during = plan
  values          = { arn = "arn:aws:iam::123456789012:role/abalone-model" }
}

override_resource {
  target          = module.deploy.aws_sfn_state_machine.this
  override_during = plan
  values          = { arn = "arn:aws:states:eu-west-1:123456789012:stateMachine:abalone-deployment" }
}

override_resource {
  target          = module.monitor.aws_cloudwatch_metric_alarm.loss
  override_during = plan
  values          = { arn = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:abalone-production-loss" }
}

override_resource {
  target          = module.serve["abalone"].aws_api_gateway_api_key.this
  override_during = plan
  values          = { id = "0a1b2c3d" }
}

variables {
  image_tag = "1a2b3c4"
  model     = "abalone"
  prefix    = "abalone"
  training  = { data_uri = "s3://elsewhere/abalones/", workflow = "state_machine" }
}

run "policies" {
  command = plan
}
