data "aws_iam_policy_document" "retrain_trigger" {
  statement {
    sid = "StartTraining"
    actions = [
      "sagemaker:DescribePipeline",
      "sagemaker:ListPipelineExecutions",
      "sagemaker:StartPipelineExecution",
    ]
    resources = [local.pipeline_arn]
  }

  statement {
    sid       = "DescribeTraining"
    actions   = ["sagemaker:DescribePipelineExecution"]
    resources = ["${local.pipeline_arn}/execution/*"]
  }

  statement {
    sid       = "DescribeAlarm"
    actions   = ["cloudwatch:DescribeAlarms"]
    resources = [aws_cloudwatch_metric_alarm.loss.arn]
  }

  statement {
    sid     = "ReadHyperparametersAndPolicy"
    actions = ["ssm:GetParametersByPath"]
    resources = [
      "${local.parameters}/quality/policy",
      "${local.parameters}/quality/policy/*",
      "${local.parameters}/training/hyperparameters",
      "${local.parameters}/training/hyperparameters/*",
    ]
  }

  statement {
    sid       = "RecordDecision"
    actions   = ["events:PutEvents"]
    resources = [var.foundation.bus_arn]
  }
}

data "aws_iam_policy_document" "threshold_updater" {
  statement {
    sid       = "ReadVersion"
    actions   = ["sagemaker:DescribeModelPackage"]
    resources = ["${var.foundation.arns.sagemaker}:model-package/${var.model_package_group_name}/*"]
  }

  statement {
    sid       = "ReadEvaluation"
    actions   = ["s3:GetObject"]
    resources = ["${var.foundation.bucket_arn}/training/*"]
  }

  statement {
    sid       = "WriteThreshold"
    actions   = ["ssm:GetParameter", "ssm:PutParameter"]
    resources = [var.threshold_parameter.arn]
  }
}
