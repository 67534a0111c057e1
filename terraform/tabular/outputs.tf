output "bucket_name" {
  description = "Data bucket; new files below training-data/ start a training"
  value       = module.foundation.foundation.bucket_name
}

output "bus_name" {
  description = "Event bus of decisions"
  value       = module.foundation.foundation.bus_name
}

output "dashboard_urls" {
  description = "Dashboards in the console"
  value = {
    for name, dashboard in { model_monitoring = module.monitor.dashboard_name, operations = module.operations.dashboard_name } :
    name => "https://${local.region}.console.aws.amazon.com/cloudwatch/home?region=${local.region}#dashboards/dashboard/${dashboard}"
  }
}

output "data_uri" {
  description = "Where the trainings read their data: an S3 URI, or sample"
  value       = module.train.data_uri
}

output "endpoint_names" {
  description = "Endpoints by stage; created by the first deployment"
  value       = module.deploy.endpoint_names
}

output "model" {
  description = "Tabular model of this deployment"
  value       = var.model
}

output "prefix" {
  description = "Prefix of all resource names"
  value       = var.prefix
}

output "repository_urls" {
  description = "ECR repositories; the models use only forecaster"
  value       = { for name, repository in module.foundation.repositories : name => repository.url }
}

output "state_machine_arn" {
  description = "State machine that deploys approved versions"
  value       = module.deploy.state_machine_arn
}

output "training_workflow_arn" {
  description = "SageMaker pipeline or state machine that trains"
  value       = module.clean_up.training_workflow_arn
}
