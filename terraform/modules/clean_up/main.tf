# Beside the stages: at `terraform destroy`, deletes what the loop made at run time, which Terraform does not know.
# Its outputs repeat its inputs, known only when it stands. Whoever starts things at run time takes the names from here,
# and so is gone before it runs; what those things need (roles, bucket, key) goes after it.

locals {
  arn_parts    = "${var.foundation.region}:${var.foundation.account_id}"
  sagemaker    = "arn:${var.foundation.partition}:sagemaker:${local.arn_parts}"
  parameters   = "arn:${var.foundation.partition}:ssm:${local.arn_parts}:parameter"
  pending_path = "/${var.foundation.prefix}/approval/pending"
}

module "run_time_cleaner" {
  source = "../lambda_function"

  name            = "run_time_cleaner"
  description     = "terraform destroy -> no endpoint, model, package or pending approval of the loop"
  foundation      = var.foundation
  policy          = data.aws_iam_policy_document.run_time_cleaner.json
  timeout_seconds = 900 # it waits until the endpoints are gone

  environment = {
    MODEL_PACKAGE_GROUP_NAME = var.model_package_group_name
    PENDING_PATH             = local.pending_path
    PIPELINE_NAME            = var.pipeline_name
    PREFIX                   = var.foundation.prefix
  }
}

resource "aws_lambda_invocation" "at_destroy" {
  function_name   = module.run_time_cleaner.name
  lifecycle_scope = "CRUD" # invoked with tf.action create, update, delete; only delete does anything
  input           = jsonencode({ prefix = var.foundation.prefix })

  depends_on = [module.run_time_cleaner]
}

data "aws_iam_policy_document" "run_time_cleaner" {
  statement {
    sid = "FindWhatTheLoopMade"
    actions = [
      "sagemaker:ListEndpointConfigs",
      "sagemaker:ListEndpoints",
      "sagemaker:ListModelPackages",
      "sagemaker:ListModels",
    ]
    resources = ["*"] # SageMaker lists an account, not a resource
  }

  statement {
    sid = "DeleteWhatTheLoopMade"
    actions = [
      "sagemaker:DeleteEndpoint",
      "sagemaker:DeleteEndpointConfig",
      "sagemaker:DeleteModel",
      "sagemaker:DeleteModelPackage",
    ]
    resources = [
      "${local.sagemaker}:endpoint-config/${var.foundation.prefix}-*",
      "${local.sagemaker}:endpoint/${var.foundation.prefix}-*",
      "${local.sagemaker}:model-package/${var.model_package_group_name}/*",
      "${local.sagemaker}:model/${var.foundation.prefix}-*",
      "${local.sagemaker}:model/pipelines-*", # what the pipeline's backtests made; the cleaner takes those named after executions of this pipeline
    ]
  }

  statement {
    sid = "StopTrainings"
    actions = [
      "sagemaker:ListPipelineExecutions",
      "sagemaker:StopPipelineExecution",
    ]
    resources = [
      "${local.sagemaker}:pipeline/${var.pipeline_name}",
      "${local.sagemaker}:pipeline/${var.pipeline_name}/execution/*",
    ]
  }

  statement {
    sid       = "DropPendingApprovals"
    actions   = ["ssm:DeleteParameter", "ssm:GetParametersByPath"]
    resources = ["${local.parameters}${local.pending_path}", "${local.parameters}${local.pending_path}/*"]
  }
}
