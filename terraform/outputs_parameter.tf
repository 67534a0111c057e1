# Names of the deployment, which the `evergreen` command reads: one JSON document of at most 4 KB.
resource "aws_ssm_parameter" "outputs" {
  name        = "/${var.prefix}/outputs"
  description = "Names of this deployment's resources, read by the evergreen command"
  type        = "String"

  value = jsonencode({
    account_id         = module.foundation.foundation.account_id
    bucket_name        = module.foundation.foundation.bucket_name
    bus_name           = module.foundation.foundation.bus_name
    decision_log_group = module.foundation.decision_log_group
    endpoint_names     = module.deploy.endpoint_names
    feature_group_name = module.features.feature_group.name
    function_names = {
      retrain_trigger   = module.retrain.retrain_function_name
      window_aggregator = module.ingest.window_aggregator_name
    }
    loss_alarm_name          = module.monitor.loss_alarm.name
    metric_namespace         = module.foundation.foundation.metric_namespace
    model_package_group_name = module.register.model_package_group_name
    operator_role_arn        = module.operator.role_arn
    pending_path             = module.clean_up.pending_path
    pipeline_name            = module.train.pipeline_name
    poller                   = module.poll.ecs
    prefix                   = var.prefix
    region                   = local.region
    state_machine_arn        = module.deploy.state_machine_arn
    threshold_parameter      = module.monitor.threshold_parameter
  })
}
