# A plan of everything with the real provider, which renders the policies without calling AWS. Names that only exist after
# an apply are given here, so that no policy is unknown.

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

override_data {
  target = module.network["own"].data.aws_availability_zones.this
  values = { names = ["eu-west-1a", "eu-west-1b"] }
}

override_data {
  target = module.private_network["own"].data.aws_caller_identity.this
  values = { account_id = "123456789012" }
}

override_data {
  target = module.private_network["own"].data.aws_ec2_managed_prefix_list.gateway
  values = { id = "pl-0123456789abcdef0" }
}

override_resource {
  target          = module.private_network["own"].aws_security_group.workload
  override_during = plan
  values          = { id = "sg-0123456789abcdef0" }
}

override_resource {
  target          = module.foundation.aws_kms_key.this
  override_during = plan
  values          = { arn = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000" }
}

override_resource {
  target          = module.foundation.aws_cloudwatch_event_bus.this
  override_during = plan
  values          = { arn = "arn:aws:events:eu-west-1:123456789012:event-bus/evergreen" }
}

override_resource {
  target          = module.serve["forecaster"].aws_api_gateway_api_key.this
  override_during = plan
  values          = { id = "0a1b2c3d" }
}

override_resource {
  target          = module.foundation.aws_ecr_repository.this
  override_during = plan
  values          = { arn = "arn:aws:ecr:eu-west-1:123456789012:repository/evergreen-image" }
}

override_resource {
  target          = module.foundation.aws_sns_topic.alerts
  override_during = plan
  values          = { arn = "arn:aws:sns:eu-west-1:123456789012:evergreen" }
}

override_resource {
  target          = module.register.module.model_role.aws_iam_role.this
  override_during = plan
  values          = { arn = "arn:aws:iam::123456789012:role/evergreen-model" }
}

override_resource {
  target          = module.deploy.aws_sfn_state_machine.this
  override_during = plan
  values          = { arn = "arn:aws:states:eu-west-1:123456789012:stateMachine:evergreen-deployment" }
}

override_resource {
  target          = module.monitor.aws_cloudwatch_metric_alarm.loss
  override_during = plan
  values          = { arn = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:evergreen-production-loss" }
}

override_resource {
  target          = module.tracking_server["own"].aws_sagemaker_mlflow_tracking_server.this
  override_during = plan
  values          = { arn = "arn:aws:sagemaker:eu-west-1:123456789012:mlflow-tracking-server/evergreen" }
}

variables {
  endpoints     = { staging_always_on = true }
  engine        = "flink"
  flink         = { package = "main.tf" } # any file
  image_builder = "codebuild"
  image_tag     = "1a2b3c4"
  notifications = { approval_links = true, chat = true }
  monitoring    = { stages = ["production", "staging"] }
  private_network = {
    route_table_ids = ["rtb-0123456789abcdef0"]
    subnet_ids      = ["subnet-0123456789abcdef0"]
    vpc_id          = "vpc-0123456789abcdef0"
  }
  promotion = { to = "210987654321" }
  tracking  = { server_size = "Small" }
}

run "policies" {
  command = plan
}
