# A tabular model on the loop: the stages ④ to ⑧ on a foundation of its own. Its data are files, so there is no ① to ③.

locals {
  folder = "${path.root}/../../sagemaker_pipelines/${var.model}"
  record = jsondecode(file("${local.folder}/record.json"))

  # As monitoring compares them: a text as a share of each of its values.
  columns = flatten([for feature in local.record.features : try([for value in feature.enum : "${feature.name}_${value}"], [feature.name])])

  # The example of the record as a row of CSV.
  sample = join(",", [for feature in local.record.features : tostring(feature.example)])

  image  = "${module.foundation.repositories["forecaster"].url}:${var.image_tag}"
  region = module.foundation.foundation.region
}

# Shared: key, data bucket, event bus, topic of alerts, decision log, image repositories
module "foundation" {
  source = "../modules/foundation"

  artifacts_dir            = coalesce(var.artifacts_dir, "${path.root}/../../build/functions")
  data                     = var.data
  deletion_protection      = var.deletion_protection
  log_retention_days       = var.log_retention_days
  permissions_boundary_arn = var.permissions_boundary_arn
  prefix                   = var.prefix
  runbook_url              = var.runbook_url
  vpc_config               = one(values(module.private_network)[*].vpc_config)
}

# Builds the image if the machine that deploys has no Docker
module "image_builder" {
  source   = "../modules/image_builder"
  for_each = toset(var.image_builder == "codebuild" ? ["own"] : [])

  foundation   = module.foundation.foundation
  repositories = { forecaster = module.foundation.repositories["forecaster"] }
}

# Shared: endpoints of AWS services in existing subnets
module "private_network" {
  source   = "../modules/private_network"
  for_each = { for network in var.private_network[*] : "own" => network }

  api         = var.api.enabled
  autoscaling = var.endpoints.autoscaling != null
  network     = each.value
  prefix      = var.prefix
  streaming   = false
}

# ④ train: CSV files -> a model, judged with the champion and the mean
module "train" {
  source = "../modules/train_tabular"

  definition_files         = { pipeline = "${local.folder}/definition.json", state_machine = "${local.folder}/workflow.asl.json" }
  foundation               = module.foundation.foundation
  image                    = local.image
  model_package_group_name = module.register.model_package_group_name
  quality                  = { cooldown_hours = var.quality.cooldown_hours, daily_cap = var.quality.daily_cap }
  repository_arn           = module.foundation.repositories["forecaster"].arn
  training                 = var.training
}

# ⑤ register: model versions, approved by a person or a policy
module "register" {
  source = "../modules/register"

  approval_policy   = var.approval_policy
  foundation        = module.foundation.foundation
  function_defaults = module.foundation.function_defaults
  repository_arn    = module.foundation.repositories["forecaster"].arn
}

# Deletes on `terraform destroy` what ⑥ and ⑧ create at run time. Both modules use its outputs.
module "clean_up" {
  source = "../modules/clean_up"

  foundation               = module.foundation.foundation
  function_defaults        = module.foundation.function_defaults
  list_versions_policy     = module.register.list_versions_policy
  model_package_group_name = module.register.model_package_group_name
  model_role_arn           = module.register.model_role_arn
  other_pipeline_names     = try([module.batch["own"].pipeline_name], []) # not all of the module, which has a queue
  training_workflow_arn    = module.train.workflow_arn
}

# ⑥ deploy: approved version -> staging -> smoke test -> approval -> production
module "deploy" {
  source = "../modules/deploy"

  approval_links           = var.notifications.approval_links
  endpoints                = var.endpoints
  forecast_environment     = {}
  foundation               = module.foundation.foundation
  function_defaults        = module.foundation.function_defaults
  loss_alarm_name          = module.monitor.loss_alarm.name
  model_package_group_name = module.clean_up.model_package_group_name
  model_role_arn           = module.clean_up.model_role_arn
  pending_path             = module.clean_up.pending_path
  policy_parameter         = module.register.policy_parameter
  run_time_cleaner_name    = module.clean_up.run_time_cleaner_name
  sample                   = local.sample
  silence_alarm_names      = module.monitor.silence_alarm_names
}

# ⑦ monitor: hourly, predictions against the ground truth of clients; threshold of the deployed version
module "monitor" {
  source = "../modules/monitor"

  alarm                    = var.alarm
  decision_log_group       = module.foundation.decision_log_group
  forecast_environment     = local.window
  foundation               = module.foundation.foundation
  function_defaults        = module.foundation.function_defaults
  metrics                  = var.monitoring.metrics
  model_package_group_name = module.register.model_package_group_name
  rows_per_window          = var.monitoring.rows_per_window
  thresholds               = { production = var.quality.threshold }
}

# ⑦ monitor: jobs that compare a day of requests and predictions with the training baseline
module "monitoring_jobs" {
  source = "../modules/monitoring_jobs"

  foundation               = module.foundation.foundation
  function_defaults        = module.foundation.function_defaults
  image                    = local.image
  jobs                     = var.monitoring.jobs
  model                    = { features = local.columns, name = var.model }
  model_package_group_name = module.register.model_package_group_name
  repository_arn           = module.foundation.repositories["forecaster"].arn
  threshold_parameters     = module.monitor.threshold_parameters
}

# ⑦ bake: a new version that is worse than the one it replaced is rolled back
module "bake" {
  source   = "../modules/bake"
  for_each = toset(length(var.monitoring.bake_readings) > 0 ? ["own"] : [])

  forecast_environment = local.window
  foundation           = module.foundation.foundation
  function_defaults    = module.foundation.function_defaults
  instance_type        = "ml.m5.large"
  readings             = var.monitoring.bake_readings
  state_machine_arn    = module.deploy.state_machine_arn
  threshold_parameter  = module.monitor.threshold_parameter
}

# ⑧ retrain: production in breach of its threshold, or new files -> one guarded training, back to ④
module "retrain" {
  source = "../modules/retrain"

  forecast_environment     = local.window
  foundation               = module.foundation.foundation
  function_defaults        = module.foundation.function_defaults
  loss_alarm               = module.monitor.loss_alarm
  list_versions_policy     = module.register.list_versions_policy
  model_package_group_name = module.register.model_package_group_name
  retraining               = var.retraining
  state_machine_arn        = module.deploy.state_machine_arn
  threshold_parameter      = module.monitor.threshold_parameter
  training_workflow_arn    = module.clean_up.training_workflow_arn
}

locals {
  # A window of rows has no length in time: it counts as a minute.
  window = { FORECAST_SAMPLES = "1", HISTORY_MINUTES = "1", LAG_MINUTES = "0", PREDICTION_LENGTH = "1" }
}

# Shared: dashboard of trainings, deployments, endpoint, functions, API and cost
module "operations" {
  source = "../modules/operations"

  api_names             = [for serve in module.serve : serve.name]
  endpoint_name         = module.deploy.endpoint_names["production"]
  foundation            = module.foundation.foundation
  function_names        = { for stage, queues in local.dead_letter_queues : stage => [for queue in queues : trimsuffix(queue.name, "-dead-letters") if try(queue.alarmed, false)] }
  state_machine_arn     = module.deploy.state_machine_arn
  training_workflow_arn = module.clean_up.training_workflow_arn
  variant_name          = module.deploy.variant_name
}

# Shared: mails, and messages in a chat, about what needs a person
module "notify" {
  source = "../modules/notify"

  approval_page_url = one(values(module.approval_page)[*].page_url)
  budget_usd        = var.notifications.budget_usd
  chat              = var.notifications.chat
  email             = var.notification_email
  foundation        = module.foundation.foundation
  function_defaults = module.foundation.function_defaults
  pending_path      = module.clean_up.pending_path
}

# Shared: the page of the links in approval mails
module "approval_page" {
  source   = "../modules/approval_page"
  for_each = toset(var.notifications.approval_links ? ["own"] : [])

  foundation               = module.foundation.foundation
  function_defaults        = module.foundation.function_defaults
  model_package_group_name = module.register.model_package_group_name
  pending_path             = module.clean_up.pending_path
  state_machine_arn        = module.deploy.state_machine_arn
}

# Shared: the role of people who operate the loop
module "operator" {
  source = "../modules/operator"

  api_key_ids              = [for serve in module.serve : serve.api.key_id]
  dead_letter_queues       = flatten(values(local.dead_letter_queues))
  decision_log_group       = module.foundation.decision_log_group
  foundation               = module.foundation.foundation
  invoked_functions        = concat([module.monitor.collector_name, module.monitoring_jobs.starter_name, module.retrain.retrain_function_name], values(module.batch)[*].starter_name)
  list_versions_policy     = module.register.list_versions_policy
  model_package_group_name = module.register.model_package_group_name
  paused                   = local.paused
  pending_path             = module.clean_up.pending_path
  principals               = var.operator_principals
  state_machine_arn        = module.deploy.state_machine_arn
  stream_names             = []
  training_workflow_arn    = module.clean_up.training_workflow_arn
}

# Beside the loop: the role by which API Gateway writes access logs
module "api_logs" {
  source   = "../modules/api_logs"
  for_each = toset(var.api.enabled && var.api.log_role ? ["own"] : [])

  foundation = module.foundation.foundation
}

# Beside the loop: serve, the HTTP API of the model on production
module "serve" {
  source   = "../modules/serve"
  for_each = toset(var.api.enabled ? [var.model] : [])

  api               = var.api
  capture_percent   = var.endpoints.capture_percent.production
  endpoint_name     = module.deploy.endpoint_names["production"]
  foundation        = module.foundation.foundation
  function_defaults = module.foundation.function_defaults
  log_role_arn      = one(values(module.api_logs)[*].role_arn)
  name              = replace(each.key, "_", "-")
  record_file       = "${local.folder}/record.json"
}

# Beside the loop: batch, files -> predictions of the latest approved version
module "batch" {
  source   = "../modules/batch"
  for_each = toset(var.batch.enabled ? ["own"] : [])

  batch                    = var.batch
  definition_file          = "${path.root}/../../sagemaker_pipelines/batch_scoring/definition.json"
  foundation               = module.foundation.foundation
  function_defaults        = module.foundation.function_defaults
  image                    = local.image
  list_versions_policy     = module.register.list_versions_policy
  model                    = var.model
  model_package_group_name = module.register.model_package_group_name
  repository_arn           = module.foundation.repositories["forecaster"].arn
}
