# The whole system: the stages of the loop in flow order, on a shared foundation.

locals {
  # Minutes that a forecast reads and covers, shared by smoke test and monitor.
  forecast_environment = {
    FORECAST_SAMPLES  = tostring(var.monitoring.forecast_samples)
    HISTORY_MINUTES   = tostring(var.monitoring.history_minutes)
    LAG_MINUTES       = tostring(var.monitoring.lag_minutes)
    PREDICTION_LENGTH = tostring(var.training.hyperparameters.prediction_length)
  }

  # TCP ports of the source's addresses.
  source_ports = [
    for url in [var.poller.source_url, var.poller.backfill.url] :
    tonumber(try(regex("^[a-z]+://[^/?#]*:([0-9]+)(?:[/?#]|$)", url)[0], can(regex("^(http|ws)://", url)) ? 80 : 443))
    if url != null
  ]

  network = var.network == null ? merge({ assign_public_ip = true }, module.network["own"]) : var.network
  region  = module.foundation.foundation.region

  # Of promotion between two accounts: what the staging account sends, and what that of production sends.
  events = {
    promoted  = { detail_type = "Version Promoted", source = "evergreen.loop" }
    requested = { detail_type = "Better Model Requested", source = "evergreen.production" }
  }
  promotes_to   = try(var.promotion.to, null)
  promoted_from = try(var.promotion.from, null)
}

# Shared: key, data bucket, event bus, topic of alerts, decision log, image repositories
module "foundation" {
  source = "./modules/foundation"

  artifacts_dir            = coalesce(var.artifacts_dir, "${path.root}/../build/functions")
  data                     = var.data
  deletion_protection      = var.deletion_protection
  log_retention_days       = var.log_retention_days
  permissions_boundary_arn = var.permissions_boundary_arn
  prefix                   = var.prefix
  promotes_to              = local.promotes_to
  runbook_url              = var.runbook_url
  vpc_config               = one(values(module.private_network)[*].vpc_config)
}

module "network" {
  source   = "./modules/network"
  for_each = toset(var.network == null ? ["own"] : [])

  egress_ports = setunion([443], local.source_ports) # 443: AWS
  prefix       = var.prefix
}

# Builds the images if the machine that deploys has no Docker
module "image_builder" {
  source   = "./modules/image_builder"
  for_each = toset(var.image_builder == "codebuild" ? ["own"] : [])

  foundation   = module.foundation.foundation
  repositories = module.foundation.repositories
}

# Shared: endpoints of AWS services in existing subnets, for everything but the poller
module "private_network" {
  source   = "./modules/private_network"
  for_each = { for network in var.private_network[*] : "own" => network }

  api           = var.api.enabled
  autoscaling   = var.endpoints.autoscaling != null
  network       = each.value
  prefix        = var.prefix
  promoted_from = local.promoted_from
  streaming     = var.engine == "flink"
}

# ① poll: public API -> event `Transactions Received`
module "poll" {
  source = "./modules/poll"

  foundation     = module.foundation.foundation
  image          = "${module.foundation.repositories["poller"].url}:${var.image_tag}"
  network        = local.network
  poller         = var.poller
  receivers      = concat(module.ingest.receivers, flatten(values(module.flink)[*].receivers))
  repository_arn = module.foundation.repositories["poller"].arn
}

# ② ingest: events -> raw archive in S3 -> exact minutes
module "ingest" {
  source = "./modules/ingest"

  engine            = var.engine
  feature_groups    = module.features.written_feature_groups
  foundation        = module.foundation.foundation
  function_defaults = module.foundation.function_defaults
  silence_period    = module.poll.silence_period
}

# ② ingest, engine "flink": events -> stream -> exact minutes
module "flink" {
  source   = "./modules/flink"
  for_each = toset(var.engine == "flink" ? ["own"] : [])

  feature_groups    = module.features.written_feature_groups
  foundation        = module.foundation.foundation
  function_defaults = module.foundation.function_defaults
  job               = var.flink
  package           = coalesce(var.flink.package, "${path.root}/../build/flink/streaming.zip")
}

# ③ features: one row per minute, online and offline
module "features" {
  source = "./modules/features"

  features          = var.features
  foundation        = module.foundation.foundation
  function_defaults = module.foundation.function_defaults
  image             = "${module.foundation.repositories["forecaster"].url}:${var.image_tag}"
  repository_arn    = module.foundation.repositories["forecaster"].arn
}

# Shared: MLflow server that the trainings are logged to
module "tracking_server" {
  source   = "./modules/tracking_server"
  for_each = { for size in var.tracking.server_size[*] : "own" => size }

  foundation = module.foundation.foundation
  size       = each.value
}

# ④ train: history -> candidates, judged with the champion and the reference -> the best one
module "train" {
  source = "./modules/train"

  baseline_days            = var.monitoring.baseline_days
  definition_file          = "${path.root}/../sagemaker_pipelines/training/definition.json"
  feature_group            = module.features.feature_group
  foundation               = module.foundation.foundation
  image                    = "${module.foundation.repositories["forecaster"].url}:${var.image_tag}"
  model_package_group_name = module.register.model_package_group_name
  quality                  = var.quality
  repository_arn           = module.foundation.repositories["forecaster"].arn
  forecast                 = { lag_minutes = var.monitoring.lag_minutes, request_minutes = var.monitoring.history_minutes, samples = var.monitoring.forecast_samples }
  tracking                 = { uri = try(one(values(module.tracking_server)).arn, var.tracking.uri), writes_artifacts = length(module.tracking_server) > 0 }
  training                 = var.training
}

# ⑤ register: model versions, approved by a person or a policy
module "register" {
  source = "./modules/register"

  approval_policy   = var.approval_policy
  foundation        = module.foundation.foundation
  function_defaults = module.foundation.function_defaults
  repository_arn    = module.foundation.repositories["forecaster"].arn
}

# Shared: events to and from the other account, if staging and production are in different ones
module "account_link" {
  source   = "./modules/account_link"
  for_each = { for promotion in var.promotion[*] : "own" => promotion }

  accepts    = each.value.to == null ? local.events.promoted : local.events.requested
  account    = coalesce(each.value.to, each.value.from)
  foundation = module.foundation.foundation
  sends      = each.value.to == null ? local.events.requested : local.events.promoted
}

# ⑤ import: versions that the staging account promotes -> registry of this account
module "import" {
  source   = "./modules/import"
  for_each = { for account in local.promoted_from[*] : "own" => account }

  account                  = each.value
  foundation               = module.foundation.foundation
  function_defaults        = module.foundation.function_defaults
  list_versions_policy     = module.register.list_versions_policy
  model_package_group_name = module.register.model_package_group_name
  promoted_pattern         = module.account_link[each.key].accepted_pattern
  repository               = module.foundation.repositories["forecaster"]
}

# Shared: zeros for the metrics of ① and ② whose silence raises an alarm
module "zero_publisher" {
  source = "./modules/zero_publisher"

  function_defaults = module.foundation.function_defaults
  metric_names      = concat(module.poll.silence_metric_names, module.ingest.silence_metric_names)
}

# Shared: dashboard of trainings, deployments, endpoint, functions, API and cost
module "operations" {
  source = "./modules/operations"

  api_names             = [for serve in module.serve : serve.name]
  endpoint_name         = module.deploy.endpoint_names["production"]
  foundation            = module.foundation.foundation
  function_names        = { for stage, queues in local.dead_letter_queues : stage => [for queue in queues : trimsuffix(queue.name, "-dead-letters") if try(queue.alarmed, false)] }
  state_machine_arn     = module.deploy.state_machine_arn
  training_workflow_arn = module.train.workflow_arn
  variant_name          = module.deploy.variant_name
}

# Shared: mails, and messages in a chat, about what needs a person
module "notify" {
  source = "./modules/notify"

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
  source   = "./modules/approval_page"
  for_each = toset(var.notifications.approval_links ? ["own"] : [])

  foundation               = module.foundation.foundation
  function_defaults        = module.foundation.function_defaults
  model_package_group_name = module.register.model_package_group_name
  pending_path             = module.clean_up.pending_path
  state_machine_arn        = module.deploy.state_machine_arn
}

# Shared: the role of people who operate the loop
module "operator" {
  source = "./modules/operator"

  api_key_ids              = [for serve in module.serve : serve.api.key_id]
  dead_letter_queues       = flatten(values(local.dead_letter_queues))
  decision_log_group       = module.foundation.decision_log_group
  foundation               = module.foundation.foundation
  invoked_functions        = concat([module.ingest.window_aggregator_name, module.retrain.retrain_function_name], values(local.monitoring_functions), values(module.batch)[*].starter_name)
  kinesis_stream_names     = flatten([for flink in values(module.flink) : [flink.stream_names["minutes"], flink.stream_names["transactions"]]])
  list_versions_policy     = module.register.list_versions_policy
  model_package_group_name = module.register.model_package_group_name
  paused                   = local.paused
  pending_path             = module.clean_up.pending_path
  principals               = var.operator_principals
  query                    = { policy = module.analytics.query_policy }
  state_machine_arn        = module.deploy.state_machine_arn
  stream_names             = concat(values(module.ingest.stream_names), values(module.analytics.stream_names))
  training_workflow_arn    = module.train.workflow_arn
}

# Shared: SQL over features, forecasts, decisions and raw events
module "analytics" {
  source = "./modules/analytics"

  endpoint_names = module.deploy.endpoint_names
  foundation     = module.foundation.foundation
  offline_stores = module.features.offline_stores
}

# Deletes on `terraform destroy` what ⑥ and ⑧ create at run time. Both modules use its outputs.
module "clean_up" {
  source = "./modules/clean_up"

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
  source = "./modules/deploy"

  approval_links           = var.notifications.approval_links
  endpoints                = var.endpoints
  feature_group            = module.features.feature_group
  forecast_environment     = local.forecast_environment
  foundation               = module.foundation.foundation
  function_defaults        = module.foundation.function_defaults
  loss_alarm_name          = module.monitor.loss_alarm.name
  model_package_group_name = module.clean_up.model_package_group_name
  model_role_arn           = module.clean_up.model_role_arn
  pending_path             = module.clean_up.pending_path
  policy_parameter         = module.register.policy_parameter
  promotes_to              = local.promotes_to
  run_time_cleaner_name    = module.clean_up.run_time_cleaner_name
  silence_alarm_names      = module.monitor.silence_alarm_names
}

# ⑦ monitor: hourly, forecast against actual values; threshold of the deployed version
module "monitor" {
  source = "./modules/monitor"

  alarm                    = var.alarm
  decision_log_group       = module.foundation.decision_log_group
  feature_group            = module.features.feature_group
  forecast_environment     = local.forecast_environment
  foundation               = module.foundation.foundation
  function_defaults        = module.foundation.function_defaults
  metrics                  = var.monitoring.metrics
  model_package_group_name = module.register.model_package_group_name
  thresholds               = { for stage in var.monitoring.stages : stage => var.quality.threshold[stage] }
}

# ⑦ monitor: jobs that compare a day of data and forecasts with the baseline of the version
module "monitoring_jobs" {
  source = "./modules/monitoring_jobs"

  feature_group            = module.features.feature_group
  forecast_environment     = local.forecast_environment
  foundation               = module.foundation.foundation
  function_defaults        = module.foundation.function_defaults
  image                    = "${module.foundation.repositories["forecaster"].url}:${var.image_tag}"
  jobs                     = var.monitoring.jobs
  model_package_group_name = module.register.model_package_group_name
  repository_arn           = module.foundation.repositories["forecaster"].arn
  threshold_parameters     = module.monitor.threshold_parameters
}

# ⑦ bake: a new version that is worse than the one it replaced is rolled back
module "bake" {
  source   = "./modules/bake"
  for_each = toset(length(var.monitoring.bake_readings) > 0 ? ["own"] : [])

  feature_group        = module.features.feature_group
  forecast_environment = local.forecast_environment
  foundation           = module.foundation.foundation
  function_defaults    = module.foundation.function_defaults
  instance_type        = var.training.processing_instance_type
  readings             = var.monitoring.bake_readings
  state_machine_arn    = module.deploy.state_machine_arn
  threshold_parameter  = module.monitor.threshold_parameter
}

# ⑧ retrain: production in breach of its threshold -> one guarded training, back to ④
module "retrain" {
  source = "./modules/retrain"

  feature_group            = module.features.feature_group
  forecast_environment     = local.forecast_environment
  foundation               = module.foundation.foundation
  function_defaults        = module.foundation.function_defaults
  loss_alarm               = module.monitor.loss_alarm
  list_versions_policy     = module.register.list_versions_policy
  model_package_group_name = module.register.model_package_group_name
  requested_pattern        = local.promotes_to == null ? null : module.account_link["own"].accepted_pattern
  retraining               = var.retraining
  state_machine_arn        = module.deploy.state_machine_arn
  threshold_parameter      = module.monitor.threshold_parameter
  training_account         = local.promoted_from
  training_workflow_arn    = module.clean_up.training_workflow_arn
}

# Beside the loop: the role by which API Gateway writes access logs
module "api_logs" {
  source   = "./modules/api_logs"
  for_each = toset(var.api.enabled && var.api.log_role ? ["own"] : [])

  foundation = module.foundation.foundation
}

# Beside the loop: serve, the HTTP API of the model on production
module "serve" {
  source   = "./modules/serve"
  for_each = toset(var.api.enabled ? ["forecaster"] : [])

  api               = var.api
  capture_percent   = var.endpoints.capture_percent.production
  endpoint_name     = module.deploy.endpoint_names["production"]
  foundation        = module.foundation.foundation
  function_defaults = module.foundation.function_defaults
  log_role_arn      = one(values(module.api_logs)[*].role_arn)
  name              = each.key
  record_file       = "${path.root}/../sagemaker_pipelines/${each.key}/record.json"

  forecast = {
    feature_group     = module.features.feature_group
    history_minutes   = var.monitoring.history_minutes
    prediction_length = var.training.hyperparameters.prediction_length
    samples           = var.monitoring.forecast_samples
  }
}

# Beside the loop: batch, files -> predictions of the latest approved version
module "batch" {
  source   = "./modules/batch"
  for_each = toset(var.batch.enabled ? ["own"] : [])

  batch                    = var.batch
  definition_file          = "${path.root}/../sagemaker_pipelines/batch_scoring/definition.json"
  foundation               = module.foundation.foundation
  function_defaults        = module.foundation.function_defaults
  image                    = "${module.foundation.repositories["forecaster"].url}:${var.image_tag}"
  list_versions_policy     = module.register.list_versions_policy
  model                    = "forecaster"
  model_package_group_name = module.register.model_package_group_name
  repository_arn           = module.foundation.repositories["forecaster"].arn
  samples                  = var.monitoring.forecast_samples
}
