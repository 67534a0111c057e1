output "ecs" {
  description = "Cluster, service, and task definition (to run a replay beside the service)"
  value = {
    cluster         = aws_ecs_cluster.this.name
    service         = aws_ecs_service.this.name
    task_definition = aws_ecs_task_definition.this.family
  }
}

output "silence_metric_names" {
  description = "Metrics whose silence raises an alarm; none if no poller is wanted"
  value       = var.poller.desired_count > 0 ? [local.life_sign] : []
}

output "silence_period" {
  description = "Seconds in which there is a poll; twice as long without data is silence"
  value       = local.silence_period
}
