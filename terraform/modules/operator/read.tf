# What `status`, `history`, `minutes` and `audit` read.

locals {
  parameters  = "${var.foundation.arns.ssm}:parameter/${var.foundation.prefix}"
  by_pipeline = strcontains(var.training_workflow_arn, ":pipeline/")

  trainings = local.by_pipeline ? {
    actions    = ["sagemaker:DescribePipeline", "sagemaker:DescribePipelineExecution", "sagemaker:ListPipelineExecutionSteps", "sagemaker:ListPipelineExecutions"]
    executions = "${var.training_workflow_arn}/execution/*"
    } : {
    actions    = ["states:DescribeExecution", "states:GetExecutionHistory", "states:ListExecutions"]
    executions = "${replace(var.training_workflow_arn, ":stateMachine:", ":execution:")}:*"
  }
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

  # To read data, to write checkpoints of a replay, and to create endpoints, whose volumes it encrypts.
  statement {
    sid       = "UseKey"
    actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"]
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

  # `evergreen cost --actual`
  statement {
    sid       = "ReadCosts"
    actions   = ["ce:GetCostAndUsage"]
    resources = ["*"] # costs have no resources
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
    sid       = "ReadTrainings"
    actions   = local.trainings.actions
    resources = [var.training_workflow_arn, local.trainings.executions]
  }

  # In one statement, because all inline policies of a role together may have 10,240 characters.
  statement {
    sid     = "ReadJobs"
    actions = ["sagemaker:DescribeProcessingJob", "sagemaker:DescribeTrainingJob", "sagemaker:DescribeTransformJob"]
    resources = concat(
      [for kind in ["processing", "training", "transform"] : "${var.foundation.arns.sagemaker}:${kind}-job/pipelines-*"], # names of the jobs that SageMaker pipelines create
      [for kind in ["processing", "training"] : "${var.foundation.arns.sagemaker}:${kind}-job/${var.foundation.prefix}-*" if !local.by_pipeline],
      ["${var.foundation.arns.sagemaker}:processing-job/${var.foundation.prefix}-monitoring-*"],
      ["${var.foundation.arns.sagemaker}:training-job/*-TuneDeep-*"], # of a search for hyperparameters
    )
  }

  statement {
    sid       = "ReadSearches"
    actions   = ["sagemaker:ListTrainingJobsForHyperParameterTuningJob"]
    resources = ["${var.foundation.arns.sagemaker}:hyper-parameter-tuning-job/*-TuneDeep-*"]
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
