# What `status`, `history`, `minutes` and `audit` read.

locals {
  parameters = "${var.foundation.arns.ssm}:parameter/${var.foundation.prefix}"
}

data "aws_iam_policy_document" "read" {
  source_policy_documents = [var.list_versions_policy]

  statement {
    sid       = "ReadParameters"
    actions   = ["ssm:GetParameter", "ssm:GetParametersByPath"]
    resources = ["${local.parameters}/*"]
  }

  statement {
    sid       = "ReadData"
    actions   = ["s3:GetObject"]
    resources = ["${var.foundation.bucket_arn}/*"]
  }

  statement {
    sid       = "ListData"
    actions   = ["s3:ListBucket"]
    resources = [var.foundation.bucket_arn]
  }

  statement {
    sid       = "Decrypt"
    actions   = ["kms:Decrypt"]
    resources = [var.foundation.kms_key_arn]
  }

  statement {
    sid       = "ReadMetrics"
    actions   = ["cloudwatch:GetMetricStatistics"]
    resources = ["*"] # the action does not support resource-level permissions
  }

  statement {
    sid       = "DescribeAlarms"
    actions   = ["cloudwatch:DescribeAlarmHistory", "cloudwatch:DescribeAlarms"]
    resources = ["${var.foundation.arns.cloudwatch}:alarm:*"] # lists all alarms with the prefix of the deployment
  }

  statement {
    sid       = "ReadDecisions"
    actions   = ["logs:FilterLogEvents"]
    resources = ["${var.foundation.arns.logs}:log-group:${var.decision_log_group}:*"]
  }

  statement {
    sid       = "DescribePoller"
    actions   = ["ecs:DescribeServices"]
    resources = ["${var.foundation.arns.ecs}:service/${var.foundation.prefix}-poller/${var.foundation.prefix}-poller"]
  }

  statement {
    sid       = "ListQueues"
    actions   = ["sqs:ListQueues"]
    resources = ["*"] # the action does not support resource-level permissions
  }

  statement {
    sid       = "ReadDepthOfQueues"
    actions   = ["sqs:GetQueueAttributes"]
    resources = ["${var.foundation.arns.sqs}:${var.foundation.prefix}-*"]
  }

  statement {
    sid       = "ReadDeployments"
    actions   = ["states:GetExecutionHistory", "states:ListExecutions"]
    resources = [var.state_machine_arn, "${replace(var.state_machine_arn, ":stateMachine:", ":execution:")}:*"]
  }

  statement {
    sid = "ReadTrainings"
    actions = [
      "sagemaker:DescribePipeline",
      "sagemaker:DescribePipelineExecution",
      "sagemaker:ListPipelineExecutionSteps",
      "sagemaker:ListPipelineExecutions",
    ]
    resources = [
      "${var.foundation.arns.sagemaker}:pipeline/${var.pipeline_name}",
      "${var.foundation.arns.sagemaker}:pipeline/${var.pipeline_name}/execution/*",
    ]
  }

  statement {
    sid       = "ReadJobsOfTrainings"
    actions   = ["sagemaker:DescribeProcessingJob", "sagemaker:DescribeTrainingJob", "sagemaker:DescribeTransformJob"]
    resources = [for kind in ["processing", "training", "transform"] : "${var.foundation.arns.sagemaker}:${kind}-job/pipelines-*"] # names of the jobs that SageMaker pipelines create
  }

  # Only with a search for hyperparameters: its trainings have the name of the search.
  statement {
    sid       = "ReadSearches"
    actions   = ["sagemaker:DescribeTrainingJob", "sagemaker:ListTrainingJobsForHyperParameterTuningJob"]
    resources = [for kind in ["hyper-parameter-tuning-job", "training-job"] : "${var.foundation.arns.sagemaker}:${kind}/*-TuneDeep-*"]
  }

  statement {
    sid       = "ReadMonitoringJobs"
    actions   = ["sagemaker:DescribeProcessingJob"]
    resources = ["${var.foundation.arns.sagemaker}:processing-job/${var.foundation.prefix}-monitoring-*"]
  }

  statement {
    sid     = "ReadVersionsAndEndpoints"
    actions = ["sagemaker:DescribeEndpoint", "sagemaker:DescribeEndpointConfig", "sagemaker:DescribeModelPackage"]
    resources = [
      "${var.foundation.arns.sagemaker}:endpoint-config/${var.foundation.prefix}-*",
      "${var.foundation.arns.sagemaker}:endpoint/${var.foundation.prefix}-*",
      "${var.foundation.arns.sagemaker}:model-package/${var.model_package_group_name}/*",
    ]
  }

  statement {
    sid       = "ReadMinutes"
    actions   = ["sagemaker:BatchGetRecord", "sagemaker:DescribeFeatureGroup"]
    resources = ["${var.foundation.arns.sagemaker}:feature-group/${var.foundation.prefix}-*"]
  }
}
