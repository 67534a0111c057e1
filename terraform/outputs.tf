output "account_id" {
  description = "Account of the deployment"
  value       = module.foundation.foundation.account_id
}

output "bucket_name" {
  description = "Data bucket"
  value       = module.foundation.foundation.bucket_name
}

output "bus_name" {
  description = "Event bus of transactions and decisions"
  value       = module.foundation.foundation.bus_name
}

output "dashboard_urls" {
  description = "Dashboards in the console"
  value = {
    for name, dashboard in { ingestion = module.ingest.dashboard_name, model_monitoring = module.monitor.dashboard_name, operations = module.operations.dashboard_name } :
    name => "https://${local.region}.console.aws.amazon.com/cloudwatch/home?region=${local.region}#dashboards/dashboard/${dashboard}"
  }
}

output "decision_log_group" {
  description = "Log group of the decision log"
  value       = module.foundation.decision_log_group
}

output "endpoint_names" {
  description = "Endpoints by stage; created by the first deployment"
  value       = module.deploy.endpoint_names
}

output "flink_application_name" {
  description = "Application of Managed Service for Apache Flink; null with engine lambda"
  value       = one(values(module.flink)[*].application_name)
}

output "loss_alarm_name" {
  description = "Alarm that starts a retraining"
  value       = module.monitor.loss_alarm.name
}

output "model_package_group_name" {
  description = "Model package group of the model versions"
  value       = module.register.model_package_group_name
}

output "network" {
  description = "Network of the poller, for running a replay task"
  value       = local.network
}

output "pipeline_name" {
  description = "Training pipeline"
  value       = module.train.pipeline_name
}

output "poller" {
  description = "ECS cluster, service and task definition of the poller"
  value       = module.poll.ecs
}

output "prefix" {
  description = "Prefix of all resource names"
  value       = var.prefix
}

output "region" {
  description = "Region of the deployment"
  value       = local.region
}

output "repository_urls" {
  description = "ECR repositories that `make images` pushes to"
  value       = { for name, repository in module.foundation.repositories : name => repository.url }
}

output "retrain_function_name" {
  description = "Function that `evergreen retrain` invokes"
  value       = module.retrain.retrain_function_name
}

output "state_machine_arn" {
  description = "State machine that deploys approved versions"
  value       = module.deploy.state_machine_arn
}
