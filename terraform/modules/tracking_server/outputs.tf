output "arn" {
  description = "ARN of the server, which is its tracking URI"
  value       = aws_sagemaker_mlflow_tracking_server.this.arn
}
