locals {
  # By stage of the loop, or shared.
  dead_letter_queues = {
    "5"    = module.register.dead_letter_queues
    "6"    = module.deploy.dead_letter_queues
    "7"    = concat(module.monitor.dead_letter_queues, module.monitoring_jobs.dead_letter_queues, flatten(values(module.bake)[*].dead_letter_queues))
    "8"    = module.retrain.dead_letter_queues
    shared = concat(module.foundation.dead_letter_queues, module.clean_up.dead_letter_queues, module.notify.dead_letter_queues, flatten(concat(values(module.approval_page)[*].dead_letter_queues, values(module.batch)[*].dead_letter_queues, values(module.serve)[*].dead_letter_queues)))
  }

  # What `evergreen pause` switches off, and `resume` on again.
  paused = {
    alarms         = module.monitor.silence_alarm_names
    backfill_hours = 0
    desired_count  = 0
    schedules      = concat(module.deploy.schedule_names, module.monitor.schedule_names, module.monitoring_jobs.schedule_names, module.retrain.schedule_names, flatten(values(module.batch)[*].schedule_names))
  }
}

# Names of the deployment, which the `evergreen` command reads: one JSON document of at most 4 KB.
module "outputs_parameter" {
  source = "../modules/parameter"

  name        = "/${var.prefix}/outputs"
  description = "Names of this deployment's resources, read by the evergreen command"

  value = jsonencode({
    account_id         = module.foundation.foundation.account_id
    apis               = { for name, serve in module.serve : name => serve.api }
    athena             = null
    bucket_name        = module.foundation.foundation.bucket_name
    bus_name           = module.foundation.foundation.bus_name
    dead_letter_queues = { for stage, queues in local.dead_letter_queues : stage => queues[*].name }
    decision_log_group = module.foundation.decision_log_group
    endpoint_names     = module.deploy.endpoint_names
    feature_group_name = null
    function_names = merge({ for batch in values(module.batch) : "batch_starter" => batch.starter_name }, {
      monitoring_collector   = module.monitor.collector_name
      monitoring_job_starter = module.monitoring_jobs.starter_name
      retrain_trigger        = module.retrain.retrain_function_name
    })
    loss_alarm_name          = module.monitor.loss_alarm.name
    metric_namespace         = module.foundation.foundation.metric_namespace
    model_package_group_name = module.register.model_package_group_name
    operator_role_arn        = module.operator.role_arn
    paused                   = local.paused
    pending_path             = module.clean_up.pending_path
    poller                   = null
    prefix                   = var.prefix
    region                   = local.region
    state_machine_arn        = module.deploy.state_machine_arn
    threshold_parameter      = module.monitor.threshold_parameter
    training_workflow_arn    = module.clean_up.training_workflow_arn
  })
}

# What the cost depends on, for `evergreen cost --deployed`: the attributes that cli/cost/configuration.py reads.
module "configuration_parameter" {
  source = "../modules/parameter"

  name        = "/${var.prefix}/configuration"
  description = "Variables of this deployment that its cost depends on, read by evergreen cost"
  tier        = "Intelligent-Tiering" # standard, up to 4 KB

  value = jsonencode({
    api             = { enabled = var.api.enabled, memory_mb = var.api.memory_mb, waf_requests = var.api.waf_requests }
    batch           = { enabled = var.batch.enabled }
    data            = { expire_days = var.data.expire_days }
    endpoints       = var.endpoints
    image_builder   = var.image_builder
    model           = var.model
    monitoring      = { bake_readings = var.monitoring.bake_readings, jobs = { instance_type = var.monitoring.jobs.instance_type, schedule = var.monitoring.jobs.schedule }, metrics = var.monitoring.metrics }
    private_network = one([for network in var.private_network[*] : { existing_endpoints = network.existing_endpoints, subnet_ids = network.subnet_ids }])
    retraining      = { schedule = var.retraining.schedule }
    training        = { processing_instance_type = var.training.processing_instance_type, training_instance_type = var.training.training_instance_type }
  })
}
