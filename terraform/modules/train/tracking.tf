# Access of the jobs to a managed MLflow tracking server; a server with another address needs none.

data "aws_iam_policy_document" "tracking" {
  dynamic "statement" {
    for_each = [for uri in var.tracking.uri[*] : uri if startswith(uri, "arn:")]

    content {
      sid = "LogToTrackingServer"
      actions = [
        "sagemaker-mlflow:CreateExperiment",
        "sagemaker-mlflow:CreateRun",
        "sagemaker-mlflow:GetExperimentByName",
        "sagemaker-mlflow:GetRun",
        "sagemaker-mlflow:LogBatch",
        "sagemaker-mlflow:LogInputs",
        "sagemaker-mlflow:SearchRuns",
        "sagemaker-mlflow:SetTag",
        "sagemaker-mlflow:UpdateRun",
      ]
      resources = [statement.value]
    }
  }

  dynamic "statement" {
    for_each = var.tracking.writes_artifacts ? ["own"] : []

    content {
      sid       = "WriteTrackedArtifacts"
      actions   = ["s3:AbortMultipartUpload", "s3:PutObject"]
      resources = ["${var.foundation.bucket_arn}/mlflow/*"]
    }
  }
}
