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
    resources = [var.loss_alarm.arn]
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
