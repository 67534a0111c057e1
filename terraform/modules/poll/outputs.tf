output "ecs" {
  description = "Cluster, service, and task definition (to run a replay beside the service)"
  value = {
    cluster         = aws_ecs_cluster.this.name
    service         = aws_ecs_service.this.name
    task_definition = aws_ecs_task_definition.this.family
  }
}

output "silence_alarm_names" {
  description = "Alarms that a paused loop would raise"
  value       = var.poller.desired_count > 0 ? [aws_cloudwatch_metric_alarm.stalled.alarm_name] : []
}
