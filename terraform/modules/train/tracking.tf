# Access of the jobs to a managed MLflow tracking server; a server with another address needs none.

data "aws_iam_policy_document" "tracking" {
  dynamic "statement" {
    for_each = startswith(coalesce(var.tracking_uri, "none"), "arn:") ? [var.tracking_uri] : []

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
}
