# What starting a training needs: by a SageMaker pipeline, or by a state machine.

data "aws_iam_policy_document" "pipeline" {
  statement {
    sid = "StartTraining"
    actions = [
      "sagemaker:DescribePipeline",
      "sagemaker:ListPipelineExecutions",
      "sagemaker:StartPipelineExecution",
    ]
    resources = [var.training_workflow_arn]
  }

  statement {
    sid = "DescribeTraining"
    actions = [
      "sagemaker:DescribePipelineExecution",
      "sagemaker:ListPipelineExecutionSteps",
      "sagemaker:ListPipelineParametersForExecution",
    ]
    resources = ["${var.training_workflow_arn}/execution/*"]
  }

  statement {
    sid       = "ReadExitMessages"
    actions   = ["sagemaker:DescribeProcessingJob"]
    resources = ["${var.foundation.arns.sagemaker}:processing-job/pipelines-*"] # names of the jobs that SageMaker pipelines create
  }
}

data "aws_iam_policy_document" "state_machine" {
  statement {
    sid       = "StartExecution"
    actions   = ["states:DescribeStateMachine", "states:ListExecutions", "states:StartExecution"]
    resources = [var.training_workflow_arn]
  }

  statement {
    sid       = "DescribeExecution"
    actions   = ["states:DescribeExecution", "states:GetExecutionHistory"]
    resources = ["${replace(var.training_workflow_arn, ":stateMachine:", ":execution:")}:*"]
  }
}
