# A managed MLflow tracking server for the trainings, billed per hour while it exists.

locals {
  artifacts = "mlflow" # prefix in the data bucket
}

resource "aws_sagemaker_mlflow_tracking_server" "this" {
  tracking_server_name         = var.foundation.prefix
  artifact_store_uri           = "s3://${var.foundation.bucket_name}/${local.artifacts}"
  automatic_model_registration = false # the training pipeline registers versions
  role_arn                     = module.role.arn
  tracking_server_size         = var.size
}
